using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModularRace.Sync.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "clock_anchors",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    boot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    monotonic_ms = table.Column<long>(type: "bigint", nullable: false),
                    cloud_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    wall_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    uncertainty_ms = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clock_anchors", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "held_changes",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    record_type = table.Column<string>(type: "text", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    data = table.Column<string>(type: "jsonb", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_held_changes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "record_bases",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    record_type = table.Column<string>(type: "text", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    base_revision = table.Column<string>(type: "text", nullable: false),
                    fields = table.Column<string[]>(type: "text[]", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_record_bases", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "runs",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    manual = table.Column<bool>(type: "boolean", nullable: false),
                    reached_server = table.Column<bool>(type: "boolean", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true),
                    uploaded = table.Column<int>(type: "integer", nullable: false),
                    merged = table.Column<int>(type: "integer", nullable: false),
                    conflicts = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    downloaded = table.Column<int>(type: "integer", nullable: false),
                    clips_uploaded = table.Column<int>(type: "integer", nullable: false),
                    bytes_sent = table.Column<long>(type: "bigint", nullable: false),
                    bytes_received = table.Column<long>(type: "bigint", nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_runs", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sync_queue",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    record_type = table.Column<string>(type: "text", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    retry_count = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    edit = table.Column<long>(type: "bigint", nullable: false),
                    answered_edit = table.Column<long>(type: "bigint", nullable: false),
                    sent_edit = table.Column<long>(type: "bigint", nullable: true),
                    batch_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    base_revision = table.Column<string>(type: "text", nullable: true),
                    ask_again = table.Column<bool>(type: "boolean", nullable: false),
                    conflict_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    quarantine_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    boot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    monotonic_ms = table.Column<long>(type: "bigint", nullable: false),
                    wall_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sync_queue", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "this_device",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    store_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    server_url = table.Column<string>(type: "text", nullable: true),
                    token_protected = table.Column<string>(type: "text", nullable: true),
                    receipt_key = table.Column<string>(type: "text", nullable: true),
                    may_decide = table.Column<bool>(type: "boolean", nullable: false),
                    grants_read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    competition_name = table.Column<string>(type: "text", nullable: true),
                    competition_date = table.Column<DateOnly>(type: "date", nullable: true),
                    cursor = table.Column<string>(type: "text", nullable: true),
                    ready_for_offline_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_sync_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_contact_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    longest_offline_hours = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_this_device", x => x.id);
                    table.CheckConstraint("ck_this_device_one_row", "id = 1");
                });

            migrationBuilder.CreateIndex(
                name: "ix_clock_anchors_boot_id",
                schema: "sync",
                table: "clock_anchors",
                column: "boot_id");

            migrationBuilder.CreateIndex(
                name: "ix_held_changes_client_uuid_record_type",
                schema: "sync",
                table: "held_changes",
                columns: new[] { "client_uuid", "record_type" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_record_bases_client_uuid_record_type",
                schema: "sync",
                table: "record_bases",
                columns: new[] { "client_uuid", "record_type" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_queue_client_uuid",
                schema: "sync",
                table: "sync_queue",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_queue_status_id",
                schema: "sync",
                table: "sync_queue",
                columns: new[] { "status", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "clock_anchors",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "held_changes",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "record_bases",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "runs",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "sync_queue",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "this_device",
                schema: "sync");
        }
    }
}
