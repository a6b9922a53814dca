using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModularRace.Incidents.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "incidents");

            migrationBuilder.CreateTable(
                name: "clip_holds",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    incident_uuids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    note = table.Column<string>(type: "text", nullable: true),
                    set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    set_by = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clip_holds", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "clip_rules",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    days = table.Column<int>(type: "integer", nullable: false),
                    set_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    set_by = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clip_rules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "clip_uploads",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    upload_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    report_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    owner = table.Column<string>(type: "text", nullable: false),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    length = table.Column<long>(type: "bigint", nullable: false),
                    received = table.Column<long>(type: "bigint", nullable: false),
                    writer = table.Column<Guid>(type: "uuid", nullable: true),
                    touched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clip_uploads", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "clips",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    content_type = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    held = table.Column<bool>(type: "boolean", nullable: false),
                    state = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    has_poster = table.Column<bool>(type: "boolean", nullable: false, defaultValue: false),
                    poster_tries = table.Column<int>(type: "integer", nullable: false, defaultValue: 0)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clips", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "history_entries",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    record_type = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    record_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    system = table.Column<string>(type: "text", nullable: false),
                    changes = table.Column<string>(type: "jsonb", nullable: false),
                    revision = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    origin = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    boot_id = table.Column<Guid>(type: "uuid", nullable: true),
                    clock_offset_ms = table.Column<long>(type: "bigint", nullable: true),
                    clock_source = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    clock_uncertainty_ms = table.Column<long>(type: "bigint", nullable: true),
                    monotonic_ms = table.Column<long>(type: "bigint", nullable: true),
                    at_device = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_history_entries", x => x.id);
                    table.UniqueConstraint("ak_history_entries_client_uuid", x => x.client_uuid);
                });

            migrationBuilder.CreateTable(
                name: "incident_counters",
                schema: "incidents",
                columns: table => new
                {
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_incident_counters", x => x.competition_uuid);
                });

            migrationBuilder.CreateTable(
                name: "incidents",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    race_location_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    said_race_location_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    bib_number = table.Column<int>(type: "integer", nullable: true),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    decision = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    penalty_code = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    officialized_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    officialized_by = table.Column<string>(type: "text", nullable: true),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    decided_by = table.Column<string>(type: "text", nullable: true),
                    decision_note = table.Column<string>(type: "text", nullable: true),
                    merged_into = table.Column<Guid>(type: "uuid", nullable: true),
                    group_uuid = table.Column<Guid>(type: "uuid", nullable: false, computedColumnSql: "coalesce(merged_into, client_uuid)", stored: true),
                    stands = table.Column<bool>(type: "boolean", nullable: false),
                    revision = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    origin = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    boot_id = table.Column<Guid>(type: "uuid", nullable: true),
                    clock_offset_ms = table.Column<long>(type: "bigint", nullable: true),
                    clock_source = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    clock_uncertainty_ms = table.Column<long>(type: "bigint", nullable: true),
                    monotonic_ms = table.Column<long>(type: "bigint", nullable: true),
                    occurred_at_device = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_incidents", x => x.id);
                    table.UniqueConstraint("ak_incidents_client_uuid", x => x.client_uuid);
                });

            migrationBuilder.CreateTable(
                name: "removed_clips",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    report_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    removed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    noted_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_removed_clips", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "reports",
                schema: "incidents",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    incident_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    bib_number = table.Column<int>(type: "integer", nullable: true),
                    race_location_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    said_race_location_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    athlete_position = table.Column<int>(type: "integer", nullable: true),
                    reporter_name = table.Column<string>(type: "text", nullable: true),
                    reported_by = table.Column<string>(type: "text", nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    penalty_code = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    withdrawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    withdrawn_by = table.Column<string>(type: "text", nullable: true),
                    clip_sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    clip_size_bytes = table.Column<long>(type: "bigint", nullable: true),
                    clip_content_type = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    clip_duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    revision = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    origin = table.Column<string>(type: "character varying(36)", maxLength: 36, nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    boot_id = table.Column<Guid>(type: "uuid", nullable: true),
                    clock_offset_ms = table.Column<long>(type: "bigint", nullable: true),
                    clock_source = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: true),
                    clock_uncertainty_ms = table.Column<long>(type: "bigint", nullable: true),
                    monotonic_ms = table.Column<long>(type: "bigint", nullable: true),
                    occurred_at_device = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_reports", x => x.id);
                    table.UniqueConstraint("ak_reports_client_uuid", x => x.client_uuid);
                    table.ForeignKey(
                        name: "fk_reports_incidents_incident_uuid",
                        column: x => x.incident_uuid,
                        principalSchema: "incidents",
                        principalTable: "incidents",
                        principalColumn: "client_uuid",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_clip_holds_client_uuid",
                schema: "incidents",
                table: "clip_holds",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_clip_holds_competition_uuid",
                schema: "incidents",
                table: "clip_holds",
                column: "competition_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_clip_rules_competition_uuid",
                schema: "incidents",
                table: "clip_rules",
                column: "competition_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_clip_uploads_report_uuid",
                schema: "incidents",
                table: "clip_uploads",
                column: "report_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_clip_uploads_upload_uuid",
                schema: "incidents",
                table: "clip_uploads",
                column: "upload_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_clips_sha256",
                schema: "incidents",
                table: "clips",
                column: "sha256",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_history_entries_record_uuid",
                schema: "incidents",
                table: "history_entries",
                column: "record_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_incidents_competition_uuid_number",
                schema: "incidents",
                table: "incidents",
                columns: new[] { "competition_uuid", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_incidents_group_uuid",
                schema: "incidents",
                table: "incidents",
                column: "group_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_incidents_merged_into",
                schema: "incidents",
                table: "incidents",
                column: "merged_into");

            migrationBuilder.CreateIndex(
                name: "ix_incidents_race_location_uuid",
                schema: "incidents",
                table: "incidents",
                column: "race_location_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_incidents_race_uuid_bib_number",
                schema: "incidents",
                table: "incidents",
                columns: new[] { "race_uuid", "bib_number" });

            migrationBuilder.CreateIndex(
                name: "ix_incidents_race_uuid_occurred_at_number",
                schema: "incidents",
                table: "incidents",
                columns: new[] { "race_uuid", "occurred_at", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_removed_clips_competition_uuid",
                schema: "incidents",
                table: "removed_clips",
                column: "competition_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_removed_clips_report_uuid_sha256",
                schema: "incidents",
                table: "removed_clips",
                columns: new[] { "report_uuid", "sha256" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_removed_clips_sha256",
                schema: "incidents",
                table: "removed_clips",
                column: "sha256");

            migrationBuilder.CreateIndex(
                name: "ix_reports_clip_sha256",
                schema: "incidents",
                table: "reports",
                column: "clip_sha256");

            migrationBuilder.CreateIndex(
                name: "ix_reports_incident_uuid",
                schema: "incidents",
                table: "reports",
                column: "incident_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_reports_race_location_uuid",
                schema: "incidents",
                table: "reports",
                column: "race_location_uuid");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "clip_holds",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "clip_rules",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "clip_uploads",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "clips",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "history_entries",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "incident_counters",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "removed_clips",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "reports",
                schema: "incidents");

            migrationBuilder.DropTable(
                name: "incidents",
                schema: "incidents");
        }
    }
}
