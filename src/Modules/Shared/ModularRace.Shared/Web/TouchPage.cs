using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using ModularRace.Shared.Json;

namespace ModularRace.Shared.Web;

/// <summary>What a page of the touchscreen gives its layout and its script.</summary>
/// <param name="Script">The page's module, <c>/js/touch/{Script}.js</c>; also which key of the bar is lit.</param>
/// <param name="Data">What the script works with: JSON in the page, so that a page whose host goes away has all it needs.</param>
/// <param name="Race">The chosen race; null: the page is about none, and the bar shows the one chosen last.</param>
/// <param name="Place">The chosen location's name, and the part of the course where that does not say it; empty: no fixed place; null with <paramref name="Race"/>.</param>
/// <param name="TimeZone">The venue's, IANA: every time is shown in it.</param>
public sealed record TouchPage(string Script, object Data, string? Race = null, IReadOnlyList<string>? Place = null, string? TimeZone = null)
{
    private const string Key = "Touch";

    /// <summary>JSON that may stand inside a script element: what HTML would read is escaped, diacritics are not.</summary>
    private static readonly JsonSerializerOptions InHtml = new(ApiJson.Options) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public IHtmlContent Json => new HtmlString(JsonSerializer.Serialize(Data, InHtml));

    /// <summary>Tells the layout.</summary>
    public void Show(ViewDataDictionary viewData) => viewData[Key] = this;

    /// <summary>What the page told.</summary>
    public static TouchPage Of(ViewDataDictionary viewData) =>
        viewData[Key] as TouchPage ?? throw new InvalidOperationException("A page of the touchscreen tells its layout what it is: new TouchPage(...).Show(ViewData).");
}
