using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModularRace.Competitions.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "competitions");

            migrationBuilder.CreateTable(
                name: "athletes",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    first_name = table.Column<string>(type: "text", nullable: false),
                    last_name = table.Column<string>(type: "text", nullable: false),
                    nation = table.Column<string>(type: "text", nullable: false),
                    gender = table.Column<string>(type: "text", nullable: true),
                    birth_year = table.Column<int>(type: "integer", nullable: true),
                    license_number = table.Column<string>(type: "text", nullable: true),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    merged_into = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_athletes", x => x.id);
                    table.UniqueConstraint("ak_athletes_client_uuid", x => x.client_uuid);
                });

            migrationBuilder.CreateTable(
                name: "competitions",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    name = table.Column<string>(type: "text", nullable: false),
                    city = table.Column<string>(type: "text", nullable: true),
                    place = table.Column<string>(type: "text", nullable: true),
                    country = table.Column<string>(type: "text", nullable: false),
                    start_date = table.Column<DateOnly>(type: "date", nullable: false),
                    end_date = table.Column<DateOnly>(type: "date", nullable: false),
                    time_zone = table.Column<string>(type: "text", nullable: false),
                    webpage_url = table.Column<string>(type: "text", nullable: true),
                    practice = table.Column<bool>(type: "boolean", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    merged_into = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_competitions", x => x.id);
                    table.UniqueConstraint("ak_competitions_client_uuid", x => x.client_uuid);
                });

            migrationBuilder.CreateTable(
                name: "erasures",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    whose = table.Column<string>(type: "text", nullable: false),
                    bibs = table.Column<int[]>(type: "integer[]", nullable: false),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    made_by = table.Column<string>(type: "text", nullable: false),
                    counts = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_erasures", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "merges",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    record_type = table.Column<string>(type: "text", nullable: false),
                    from_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    into_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    races = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    athletes = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    made_by = table.Column<string>(type: "text", nullable: false),
                    undone_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    undone_by = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_merges", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "retention_rules",
                schema: "competitions",
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
                    table.PrimaryKey("pk_retention_rules", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "penalties",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    code = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    discipline = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    position = table.Column<int>(type: "integer", nullable: true),
                    deleted = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_penalties", x => x.id);
                    table.UniqueConstraint("ak_penalties_client_uuid", x => x.client_uuid);
                    table.ForeignKey(
                        name: "fk_penalties_competitions_competition_uuid",
                        column: x => x.competition_uuid,
                        principalSchema: "competitions",
                        principalTable: "competitions",
                        principalColumn: "client_uuid",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "phrases",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    text = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: true),
                    discipline = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: true),
                    position = table.Column<int>(type: "integer", nullable: true),
                    deleted = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_phrases", x => x.id);
                    table.UniqueConstraint("ak_phrases_client_uuid", x => x.client_uuid);
                    table.ForeignKey(
                        name: "fk_phrases_competitions_competition_uuid",
                        column: x => x.competition_uuid,
                        principalSchema: "competitions",
                        principalTable: "competitions",
                        principalColumn: "client_uuid",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "races",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    name = table.Column<string>(type: "text", nullable: false),
                    discipline = table.Column<string>(type: "text", nullable: false),
                    stage = table.Column<string>(type: "text", nullable: true),
                    category = table.Column<string>(type: "text", nullable: true),
                    scheduled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    position = table.Column<int>(type: "integer", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    merged_into = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_races", x => x.id);
                    table.UniqueConstraint("ak_races_client_uuid", x => x.client_uuid);
                    table.ForeignKey(
                        name: "fk_races_competitions_competition_uuid",
                        column: x => x.competition_uuid,
                        principalSchema: "competitions",
                        principalTable: "competitions",
                        principalColumn: "client_uuid",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "bib_assignments",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    bib_number = table.Column<int>(type: "integer", nullable: false),
                    athlete_uuids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    heat = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bib_assignments", x => x.id);
                    table.UniqueConstraint("ak_bib_assignments_client_uuid", x => x.client_uuid);
                    table.ForeignKey(
                        name: "fk_bib_assignments_races_race_uuid",
                        column: x => x.race_uuid,
                        principalSchema: "competitions",
                        principalTable: "races",
                        principalColumn: "client_uuid",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "race_locations",
                schema: "competitions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    said_race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    name = table.Column<string>(type: "text", nullable: false),
                    course_segment = table.Column<string>(type: "text", nullable: true),
                    position = table.Column<int>(type: "integer", nullable: true),
                    camera_url = table.Column<string>(type: "text", nullable: true),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    merged_into = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_race_locations", x => x.id);
                    table.UniqueConstraint("ak_race_locations_client_uuid", x => x.client_uuid);
                    table.ForeignKey(
                        name: "fk_race_locations_races_race_uuid",
                        column: x => x.race_uuid,
                        principalSchema: "competitions",
                        principalTable: "races",
                        principalColumn: "client_uuid",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_athletes_last_name_nation",
                schema: "competitions",
                table: "athletes",
                columns: new[] { "last_name", "nation" });

            migrationBuilder.CreateIndex(
                name: "ix_athletes_license_number",
                schema: "competitions",
                table: "athletes",
                column: "license_number",
                filter: "license_number IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_bib_assignments_race_uuid_bib_number",
                schema: "competitions",
                table: "bib_assignments",
                columns: new[] { "race_uuid", "bib_number" });

            migrationBuilder.CreateIndex(
                name: "ix_competitions_start_date_client_uuid",
                schema: "competitions",
                table: "competitions",
                columns: new[] { "start_date", "client_uuid" });

            migrationBuilder.CreateIndex(
                name: "ix_erasures_competition_uuid_id",
                schema: "competitions",
                table: "erasures",
                columns: new[] { "competition_uuid", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_merges_from_uuid",
                schema: "competitions",
                table: "merges",
                column: "from_uuid",
                unique: true,
                filter: "undone_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_penalties_competition_uuid",
                schema: "competitions",
                table: "penalties",
                column: "competition_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_phrases_competition_uuid",
                schema: "competitions",
                table: "phrases",
                column: "competition_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_race_locations_race_uuid",
                schema: "competitions",
                table: "race_locations",
                column: "race_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_races_competition_uuid",
                schema: "competitions",
                table: "races",
                column: "competition_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_retention_rules_competition_uuid",
                schema: "competitions",
                table: "retention_rules",
                column: "competition_uuid",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "athletes",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "bib_assignments",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "erasures",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "merges",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "penalties",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "phrases",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "race_locations",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "retention_rules",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "races",
                schema: "competitions");

            migrationBuilder.DropTable(
                name: "competitions",
                schema: "competitions");
        }
    }
}
