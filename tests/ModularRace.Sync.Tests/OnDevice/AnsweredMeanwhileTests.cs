using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>R1, R2: an edit is sent only when its own answer says so, whenever the answer for the edit before it comes in.</summary>
public sealed class AnsweredMeanwhileTests(ClearingTests.Pi pi) : IClassFixture<ClearingTests.Pi>
{
    [Fact]
    public async Task An_answer_at_any_statement_of_the_next_edit_leaves_that_edit_to_be_sent()
    {
        for (var moment = 0; ; moment++)
        {
            await pi.MorningAsync();
            var report = await pi.ReportAsync(51);
            var batch = await pi.Send(new TakeBatch(2000));
            var answer = new UploadAnswer(pi.Time.GetUtcNow(), [.. batch.Upload.Records.Select(r => new UploadResult(r.Type, r.ClientUuid.ToString(), UploadStatuses.Created))]);
            Task? answered = null;
            var reached = await Moments.AtAsync(moment, () => answered = pi.Send(new SettleBatch(batch.Upload, answer)), () => pi.EditAsync(report.Report, "Both skis outside"), pi.Database.ConnectionString);
            if (!reached)
            {
                Assert.True(moment > 5, "The moments do not cover the command.");
                break;
            }

            await answered!;
            var status = await pi.Sql.QueryAsync<string>($"SELECT status || ' ' || edit || ' ' || answered_edit FROM sync.sync_queue WHERE client_uuid = '{report.Report}'");
            Assert.True(status[0].StartsWith("pending ", StringComparison.Ordinal), $"moment {moment}: {status[0]}");
        }
    }
}
