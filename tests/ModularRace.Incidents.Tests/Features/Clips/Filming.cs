using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.OnServer.Keeping;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>A report with its clip.</summary>
internal sealed record Filmed(Guid Incident, Guid Report, byte[] Bytes)
{
    public string Sha256 { get; } = ClipFiles.Sha256(Bytes);

    public long Size => Bytes.Length;
}

/// <summary>Short words for what becomes of clips in a season.</summary>
internal sealed class Filming(ModuleHost modules)
{
    private static int seed = 400;

    public string Folder => Path.Combine(modules.Services.GetRequiredService<ClipSettings>().Directory, "cloud");

    public async Task<Filmed> FilmedAsync(Course course, int bib, double seconds = 0, byte[]? bytes = null)
    {
        bytes ??= ClipFiles.Mp4(5000 + bib, Interlocked.Increment(ref seed));
        var reported = await course.Report(bib, seconds);
        var begun = await course.Send(new BeginClip(reported.Report.ClientUuid, bytes.Length, null));
        Assert.Equal(bytes.Length, (await course.Send(new WriteClip(begun.UploadUuid, 0, null, bytes.Length, new MemoryStream(bytes)))).Offset);
        return new Filmed(reported.Incident.ClientUuid, reported.Report.ClientUuid, bytes);
    }

    public static async Task DecideAsync(Course course, Filmed film)
    {
        await course.Send(new OfficializeIncident(film.Incident), course.Jury);
        await course.Send(new DecideIncident("no_action") { IncidentUuid = film.Incident }, course.Jury);
    }

    /// <summary>The competition gets a rule, and it is due.</summary>
    public async Task DueAsync(Course course)
    {
        await modules.Send(new SetClipRetention(course.Competition, 1));
        modules.Time.Advance(ClipRule.Grace);
    }

    public bool Lies(string sha256) => File.Exists(Path.Combine(Folder, sha256[..2], sha256));

    public Task ConflictAsync(Guid record) => modules.Sql.ExecuteAsync(
        """
        INSERT INTO dedup.sync_conflicts (client_uuid, revision, conflict_type, record_type, record_uuid, versions, differing_fields, disputes, created_at)
        VALUES (gen_random_uuid(), '1', 'field_mismatch', 'report', $1, '{}', '{description}', '[]', now())
        """, record);

    public Task QuarantineAsync(string sha256) => modules.Sql.ExecuteAsync(
        """
        INSERT INTO sync.quarantine (client_uuid, device_uuid, store_uuid, received, digest, code, message, state, received_at)
        VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $1, '\x00', 'validation_failed', 'It is odd.', 'open', now())
        """, "{\"data\":{\"clip\":{\"sha256\":\"" + sha256 + "\"}}}");
}
