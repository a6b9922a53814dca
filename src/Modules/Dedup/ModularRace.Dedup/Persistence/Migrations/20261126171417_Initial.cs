using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModularRace.Dedup.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "dedup");

            migrationBuilder.CreateTable(
                name: "device_names",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_device_names", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "group_members",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    incident_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    decision = table.Column<string>(type: "text", nullable: false),
                    penalty_code = table.Column<string>(type: "text", nullable: true),
                    withdrawn = table.Column<bool>(type: "boolean", nullable: false),
                    stands_for = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_group_members", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupings",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    lower_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    higher_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    said_at_device = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    clock_offset_ms = table.Column<long>(type: "bigint", nullable: true),
                    clock_uncertainty_ms = table.Column<long>(type: "bigint", nullable: true),
                    said_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    said_by = table.Column<string>(type: "text", nullable: false),
                    note = table.Column<string>(type: "text", nullable: true),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_groupings", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "merges",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    lower_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    higher_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    into_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    seconds_apart = table.Column<decimal>(type: "numeric", nullable: true),
                    times = table.Column<DateTimeOffset[]>(type: "timestamp with time zone[]", nullable: false),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    undone_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_merges", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "observations",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    incident_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    report_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    location_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    bib_number = table.Column<int>(type: "integer", nullable: true),
                    occurred_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    occurred_at_device = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    uncertainty_ms = table.Column<long>(type: "bigint", nullable: true),
                    seen_by = table.Column<string>(type: "text", nullable: true),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_observations", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "settlements",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    conflict_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    record_type = table.Column<string>(type: "text", nullable: false),
                    record_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false),
                    fields = table.Column<string[]>(type: "text[]", nullable: false),
                    versions = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_settlements", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "suggestions",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    lower_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    higher_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    bib_number = table.Column<int>(type: "integer", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    seconds_apart = table.Column<decimal>(type: "numeric", nullable: false),
                    times = table.Column<DateTimeOffset[]>(type: "timestamp with time zone[]", nullable: false),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    outcome = table.Column<string>(type: "text", nullable: true),
                    settled_by = table.Column<string>(type: "text", nullable: true),
                    settled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_suggestions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sync_conflicts",
                schema: "dedup",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    conflict_type = table.Column<string>(type: "text", nullable: false),
                    record_type = table.Column<string>(type: "text", nullable: false),
                    record_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    other_record_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    record_revision = table.Column<string>(type: "text", nullable: true),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    device_name = table.Column<string>(type: "text", nullable: true),
                    cloud_data = table.Column<string>(type: "jsonb", nullable: true),
                    device_data = table.Column<string>(type: "jsonb", nullable: true),
                    versions = table.Column<string>(type: "jsonb", nullable: false),
                    differing_fields = table.Column<string[]>(type: "text[]", nullable: false),
                    disputes = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    resolution = table.Column<string>(type: "text", nullable: true),
                    resolved_by = table.Column<string>(type: "text", nullable: true),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    notes = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_sync_conflicts", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_device_names_device_uuid",
                schema: "dedup",
                table: "device_names",
                column: "device_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_group_members_incident_uuid",
                schema: "dedup",
                table: "group_members",
                column: "incident_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_group_members_race_uuid",
                schema: "dedup",
                table: "group_members",
                column: "race_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_group_members_stands_for",
                schema: "dedup",
                table: "group_members",
                column: "stands_for");

            migrationBuilder.CreateIndex(
                name: "ix_groupings_client_uuid",
                schema: "dedup",
                table: "groupings",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_groupings_higher_uuid",
                schema: "dedup",
                table: "groupings",
                column: "higher_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_groupings_lower_uuid_higher_uuid",
                schema: "dedup",
                table: "groupings",
                columns: new[] { "lower_uuid", "higher_uuid" });

            migrationBuilder.CreateIndex(
                name: "ix_merges_client_uuid",
                schema: "dedup",
                table: "merges",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_merges_competition_uuid",
                schema: "dedup",
                table: "merges",
                column: "competition_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_merges_higher_uuid",
                schema: "dedup",
                table: "merges",
                column: "higher_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_merges_lower_uuid_higher_uuid",
                schema: "dedup",
                table: "merges",
                columns: new[] { "lower_uuid", "higher_uuid" },
                unique: true,
                filter: "undone_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_observations_fingerprint",
                schema: "dedup",
                table: "observations",
                column: "fingerprint");

            migrationBuilder.CreateIndex(
                name: "ix_observations_incident_uuid",
                schema: "dedup",
                table: "observations",
                column: "incident_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_observations_race_uuid_bib_number_occurred_at",
                schema: "dedup",
                table: "observations",
                columns: new[] { "race_uuid", "bib_number", "occurred_at" },
                filter: "bib_number IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_settlements_record_uuid_number",
                schema: "dedup",
                table: "settlements",
                columns: new[] { "record_uuid", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_suggestions_client_uuid",
                schema: "dedup",
                table: "suggestions",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_suggestions_competition_uuid",
                schema: "dedup",
                table: "suggestions",
                column: "competition_uuid",
                filter: "outcome IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_suggestions_higher_uuid",
                schema: "dedup",
                table: "suggestions",
                column: "higher_uuid",
                filter: "outcome IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_suggestions_lower_uuid_higher_uuid",
                schema: "dedup",
                table: "suggestions",
                columns: new[] { "lower_uuid", "higher_uuid" },
                unique: true,
                filter: "outcome IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_sync_conflicts_client_uuid",
                schema: "dedup",
                table: "sync_conflicts",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_sync_conflicts_other_record_uuid",
                schema: "dedup",
                table: "sync_conflicts",
                column: "other_record_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_sync_conflicts_record_uuid",
                schema: "dedup",
                table: "sync_conflicts",
                column: "record_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_sync_conflicts_record_uuid_other_record_uuid",
                schema: "dedup",
                table: "sync_conflicts",
                columns: new[] { "record_uuid", "other_record_uuid" },
                unique: true,
                filter: "resolved_at IS NULL")
                .Annotation("Npgsql:NullsDistinct", false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "device_names",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "group_members",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "groupings",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "merges",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "observations",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "settlements",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "suggestions",
                schema: "dedup");

            migrationBuilder.DropTable(
                name: "sync_conflicts",
                schema: "dedup");
        }
    }
}
