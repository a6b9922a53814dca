using Microsoft.AspNetCore.Html;

namespace ModularRace.Host.Http;

/// <summary>
/// The touchscreen's icons as one inline element: they stand in the page itself, so that a page whose host is away still
/// has them. The file is made by build/front-end from npm's lucide-static.
/// </summary>
internal sealed class IconSprite(IWebHostEnvironment environment)
{
    private readonly Lazy<IHtmlContent> markup = new(() =>
    {
        using var reader = new StreamReader(environment.WebRootFileProvider.GetFileInfo("assets/icons.svg").CreateReadStream());
        return new HtmlString(reader.ReadToEnd());
    });

    public IHtmlContent Markup => markup.Value;
}
