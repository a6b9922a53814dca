using System;
using System.Collections.Generic;
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
            migrationBuilder.EnsureSchema(
                name: "sync");

            migrationBuilder.CreateTable(
                name: "archive_keys",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    public_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    private_key = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_archive_keys", x => x.id);
                    table.CheckConstraint("ck_archive_keys_one_row", "id = 1");
                });

            migrationBuilder.CreateTable(
                name: "clip_days",
                schema: "sync",
                columns: table => new
                {
                    day = table.Column<DateOnly>(type: "date", nullable: false),
                    sent_bytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clip_days", x => x.day);
                });

            migrationBuilder.CreateTable(
                name: "clip_transfers",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    sha256 = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    report_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    size_bytes = table.Column<long>(type: "bigint", nullable: false),
                    sent_bytes = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    retry_count = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ask_again = table.Column<bool>(type: "boolean", nullable: false),
                    error_code = table.Column<string>(type: "text", nullable: true),
                    error_message = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_clip_transfers", x => x.id);
                });

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
                name: "device_runs",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    run_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    manual = table.Column<bool>(type: "boolean", nullable: false),
                    reached = table.Column<bool>(type: "boolean", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true),
                    uploaded = table.Column<int>(type: "integer", nullable: false),
                    merged = table.Column<int>(type: "integer", nullable: false),
                    conflicts = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    deferred = table.Column<int>(type: "integer", nullable: false),
                    downloaded = table.Column<int>(type: "integer", nullable: false),
                    bytes_sent = table.Column<long>(type: "bigint", nullable: false),
                    bytes_received = table.Column<long>(type: "bigint", nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: false),
                    clips_uploaded = table.Column<int>(type: "integer", nullable: false),
                    clips_duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    offline_hours = table.Column<double>(type: "double precision", nullable: true),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_device_runs", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "devices",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    token_digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    retired_token_digests = table.Column<List<byte[]>>(type: "bytea[]", nullable: false),
                    may_decide = table.Column<bool>(type: "boolean", nullable: false),
                    all_competitions = table.Column<bool>(type: "boolean", nullable: false),
                    paired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    boot_id = table.Column<string>(type: "text", nullable: true),
                    token_shared_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    status = table.Column<string>(type: "jsonb", nullable: true),
                    metadata = table.Column<string>(type: "jsonb", nullable: true),
                    signing_keys = table.Column<List<byte[]>>(type: "bytea[]", nullable: false),
                    receipt_public_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    receipt_private_key = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_devices", x => x.id);
                    table.UniqueConstraint("ak_devices_device_uuid", x => x.device_uuid);
                });

            migrationBuilder.CreateTable(
                name: "edit_digests",
                schema: "sync",
                columns: table => new
                {
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    side = table.Column<string>(type: "text", nullable: false),
                    edit = table.Column<long>(type: "bigint", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_edit_digests", x => new { x.client_uuid, x.type, x.side, x.edit, x.digest });
                });

            migrationBuilder.CreateTable(
                name: "erased_competitions",
                schema: "sync",
                columns: table => new
                {
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    erased_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_erased_competitions", x => x.competition_uuid);
                });

            migrationBuilder.CreateTable(
                name: "erased_records",
                schema: "sync",
                columns: table => new
                {
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_erased_records", x => new { x.client_uuid, x.type });
                });

            migrationBuilder.CreateTable(
                name: "feed_epoch",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    mark = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_feed_epoch", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "given_receipts",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    receipt_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    verified_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_given_receipts", x => x.id);
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
                name: "pairing_codes",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    may_decide = table.Column<bool>(type: "boolean", nullable: false),
                    competition_uuids = table.Column<List<Guid>>(type: "uuid[]", nullable: true),
                    bound_device_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    made_by = table.Column<string>(type: "text", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_by = table.Column<Guid>(type: "uuid", nullable: true),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pairing_codes", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "pairing_tries",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    address = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_pairing_tries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "quarantine",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    store_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: true),
                    record_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    edit = table.Column<long>(type: "bigint", nullable: true),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    received = table.Column<string>(type: "text", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    content_digest = table.Column<byte[]>(type: "bytea", nullable: true),
                    code = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    field = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    closed_by = table.Column<string>(type: "text", nullable: true),
                    note = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_quarantine", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "receipts",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    receipt_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    verified_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    digest = table.Column<string>(type: "text", nullable: false),
                    earlier = table.Column<Guid>(type: "uuid", nullable: true),
                    body = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_receipts", x => x.id);
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
                    fields = table.Column<string[]>(type: "text[]", nullable: false),
                    earlier = table.Column<string[]>(type: "text[]", nullable: false),
                    lost = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_record_bases", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "record_edits",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    type = table.Column<string>(type: "text", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    side = table.Column<string>(type: "text", nullable: false),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    edit = table.Column<long>(type: "bigint", nullable: false),
                    base_revision = table.Column<string>(type: "text", nullable: true),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    digest = table.Column<byte[]>(type: "bytea", nullable: false),
                    taken_number = table.Column<long>(type: "bigint", nullable: false),
                    says = table.Column<string>(type: "jsonb", nullable: false),
                    earlier = table.Column<string>(type: "jsonb", nullable: true),
                    let_in = table.Column<bool>(type: "boolean", nullable: false),
                    taken_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    batch_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    batch_place = table.Column<int>(type: "integer", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_record_edits", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "record_versions",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    type = table.Column<string>(type: "text", nullable: false),
                    client_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    origin = table.Column<string>(type: "text", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    race_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    deleted = table.Column<bool>(type: "boolean", nullable: false),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    answer = table.Column<string>(type: "jsonb", nullable: true),
                    made_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    position = table.Column<long>(type: "bigint", nullable: true),
                    mark = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_record_versions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "runs",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    run_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    boot_id = table.Column<Guid>(type: "uuid", nullable: false),
                    monotonic_ms = table.Column<long>(type: "bigint", nullable: false),
                    manual = table.Column<bool>(type: "boolean", nullable: false),
                    reached_server = table.Column<bool>(type: "boolean", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true),
                    uploaded = table.Column<int>(type: "integer", nullable: false),
                    merged = table.Column<int>(type: "integer", nullable: false),
                    conflicts = table.Column<int>(type: "integer", nullable: false),
                    failed = table.Column<int>(type: "integer", nullable: false),
                    deferred = table.Column<int>(type: "integer", nullable: false),
                    downloaded = table.Column<int>(type: "integer", nullable: false),
                    clips_uploaded = table.Column<int>(type: "integer", nullable: false),
                    clips_duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    bytes_sent = table.Column<long>(type: "bigint", nullable: false),
                    bytes_received = table.Column<long>(type: "bigint", nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: false),
                    offline_hours = table.Column<double>(type: "double precision", nullable: true),
                    told = table.Column<bool>(type: "boolean", nullable: false)
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
                    batch_place = table.Column<int>(type: "integer", nullable: true),
                    sent_clock = table.Column<string>(type: "jsonb", nullable: true),
                    content = table.Column<string>(type: "jsonb", nullable: false),
                    base_revision = table.Column<string>(type: "text", nullable: true),
                    origin = table.Column<string>(type: "text", nullable: true),
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
                    archive_key = table.Column<string>(type: "text", nullable: true),
                    signing_key = table.Column<string>(type: "text", nullable: true),
                    signing_key_protected = table.Column<byte[]>(type: "bytea", nullable: true),
                    may_decide = table.Column<bool>(type: "boolean", nullable: false),
                    grants_read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: true),
                    competition_name = table.Column<string>(type: "text", nullable: true),
                    competition_date = table.Column<DateOnly>(type: "date", nullable: true),
                    cursor = table.Column<string>(type: "text", nullable: true),
                    ready_for_offline_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    edit_floor = table.Column<long>(type: "bigint", nullable: false),
                    clip_sending = table.Column<string>(type: "text", nullable: false, defaultValue: "now"),
                    clip_day_limit_bytes = table.Column<long>(type: "bigint", nullable: true),
                    last_sync_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_contact_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    queued_at_contact = table.Column<long>(type: "bigint", nullable: false),
                    longest_offline_hours = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_this_device", x => x.id);
                    table.CheckConstraint("ck_this_device_one_row", "id = 1");
                });

            migrationBuilder.CreateTable(
                name: "uploads",
                schema: "sync",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    store_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    batch_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    boot_id = table.Column<string>(type: "text", nullable: true),
                    sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    duration_ms = table.Column<long>(type: "bigint", nullable: true),
                    tells_runs = table.Column<bool>(type: "boolean", nullable: false),
                    competition_uuids = table.Column<Guid[]>(type: "uuid[]", nullable: false),
                    records = table.Column<int>(type: "integer", nullable: false),
                    outcomes = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_uploads", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "device_grants",
                schema: "sync",
                columns: table => new
                {
                    device_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    competition_uuid = table.Column<Guid>(type: "uuid", nullable: false),
                    made_by_device = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_device_grants", x => new { x.device_uuid, x.competition_uuid });
                    table.ForeignKey(
                        name: "fk_device_grants_devices_device_uuid",
                        column: x => x.device_uuid,
                        principalSchema: "sync",
                        principalTable: "devices",
                        principalColumn: "device_uuid",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_clip_transfers_report_uuid",
                schema: "sync",
                table: "clip_transfers",
                column: "report_uuid");

            migrationBuilder.CreateIndex(
                name: "ix_clip_transfers_sha256",
                schema: "sync",
                table: "clip_transfers",
                column: "sha256",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_clock_anchors_boot_id",
                schema: "sync",
                table: "clock_anchors",
                column: "boot_id");

            migrationBuilder.CreateIndex(
                name: "ix_device_runs_device_uuid_ended_at",
                schema: "sync",
                table: "device_runs",
                columns: new[] { "device_uuid", "ended_at" });

            migrationBuilder.CreateIndex(
                name: "ix_device_runs_device_uuid_run_uuid",
                schema: "sync",
                table: "device_runs",
                columns: new[] { "device_uuid", "run_uuid" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_device_runs_ended_at",
                schema: "sync",
                table: "device_runs",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_devices_device_uuid",
                schema: "sync",
                table: "devices",
                column: "device_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_given_receipts_device_uuid_verified_at",
                schema: "sync",
                table: "given_receipts",
                columns: new[] { "device_uuid", "verified_at" });

            migrationBuilder.CreateIndex(
                name: "ix_given_receipts_receipt_uuid",
                schema: "sync",
                table: "given_receipts",
                column: "receipt_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_held_changes_client_uuid_record_type",
                schema: "sync",
                table: "held_changes",
                columns: new[] { "client_uuid", "record_type" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_pairing_codes_digest",
                schema: "sync",
                table: "pairing_codes",
                column: "digest",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_pairing_tries_address_at",
                schema: "sync",
                table: "pairing_tries",
                columns: new[] { "address", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_quarantine_client_uuid",
                schema: "sync",
                table: "quarantine",
                column: "client_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_quarantine_device_uuid_digest",
                schema: "sync",
                table: "quarantine",
                columns: new[] { "device_uuid", "digest" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_quarantine_record_uuid_state",
                schema: "sync",
                table: "quarantine",
                columns: new[] { "record_uuid", "state" });

            migrationBuilder.CreateIndex(
                name: "ix_quarantine_state_id",
                schema: "sync",
                table: "quarantine",
                columns: new[] { "state", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_receipts_digest",
                schema: "sync",
                table: "receipts",
                column: "digest");

            migrationBuilder.CreateIndex(
                name: "ix_receipts_receipt_uuid",
                schema: "sync",
                table: "receipts",
                column: "receipt_uuid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_record_bases_client_uuid_record_type",
                schema: "sync",
                table: "record_bases",
                columns: new[] { "client_uuid", "record_type" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_record_edits_client_uuid_type_side",
                schema: "sync",
                table: "record_edits",
                columns: new[] { "client_uuid", "type", "side" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_record_versions_client_uuid_type_id",
                schema: "sync",
                table: "record_versions",
                columns: new[] { "client_uuid", "type", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_record_versions_competition_uuid_position",
                schema: "sync",
                table: "record_versions",
                columns: new[] { "competition_uuid", "position" });

            migrationBuilder.CreateIndex(
                name: "ix_record_versions_position",
                schema: "sync",
                table: "record_versions",
                column: "position",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_record_versions_without_position",
                schema: "sync",
                table: "record_versions",
                column: "id",
                filter: "position IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_runs_not_told",
                schema: "sync",
                table: "runs",
                column: "id",
                filter: "NOT told");

            migrationBuilder.CreateIndex(
                name: "ix_runs_run_uuid",
                schema: "sync",
                table: "runs",
                column: "run_uuid",
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

            migrationBuilder.CreateIndex(
                name: "ix_uploads_device_uuid_received_at",
                schema: "sync",
                table: "uploads",
                columns: new[] { "device_uuid", "received_at" });

            migrationBuilder.CreateIndex(
                name: "ix_uploads_received_at",
                schema: "sync",
                table: "uploads",
                column: "received_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "archive_keys",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "clip_days",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "clip_transfers",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "clock_anchors",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "device_grants",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "device_runs",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "edit_digests",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "erased_competitions",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "erased_records",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "feed_epoch",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "given_receipts",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "held_changes",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "pairing_codes",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "pairing_tries",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "quarantine",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "receipts",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "record_bases",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "record_edits",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "record_versions",
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

            migrationBuilder.DropTable(
                name: "uploads",
                schema: "sync");

            migrationBuilder.DropTable(
                name: "devices",
                schema: "sync");
        }
    }
}
