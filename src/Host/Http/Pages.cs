using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.ModelBinding.Metadata;
using Microsoft.Extensions.WebEncoders;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Http;

/// <summary>
/// Razor Pages that live beside their slices: a module's <c>Features/Day/TodayTouch.cshtml</c> is found as
/// <c>/Features/Incidents/Day/TodayTouch</c>, served at the route that it names itself.
/// </summary>
internal static class Pages
{
    public static void AddPages(this WebApplicationBuilder builder, SystemMode mode, IReadOnlyList<IModule> modules)
    {
        builder.Services.AddSingleton<IconSprite>();
        builder.Services.AddSingleton<TouchTexts>();
        // Accents and quotes are written as they are: a page in French is no longer by it than in English.
        builder.Services.Configure<WebEncoderOptions>(options => options.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        builder.Services
            .AddRazorPages(options =>
            {
                options.RootDirectory = "/Features";
                options.Conventions.Add(new FaceOfMode(mode));
                options.Conventions.AuthorizeFolder("/", Policies.SignedIn);
                options.Conventions.AllowAnonymousToPage("/SigningIn/SignIn");
                options.Conventions.AllowAnonymousToPage("/Phones/JoinTouch");
                options.Conventions.AllowAnonymousToPage("/People/PasswordLinks/ChoosePasswordDesk");
            })
            .AddMvcOptions(options => Speak(options.ModelBindingMessageProvider))
            // No script of ours validates in the browser; and what it would need for that is styled in line, which the policy forbids.
            .AddViewOptions(options => options.HtmlHelperOptions.ClientValidationEnabled = false)
            .ConfigureApplicationPartManager(parts => KeepOnly(parts, modules));
    }

    /// <summary>What a field of a form cannot be read as, in the language of the page; the English is the framework's own.</summary>
    private static void Speak(DefaultModelBindingMessageProvider messages)
    {
        messages.SetMissingBindRequiredValueAccessor(name => Say("A value for the '{0}' parameter or property was not provided.", name));
        messages.SetMissingKeyOrValueAccessor(() => Say("A value is required."));
        messages.SetMissingRequestBodyRequiredValueAccessor(() => Say("A non-empty request body is required."));
        messages.SetValueMustNotBeNullAccessor(value => Say("The value '{0}' is invalid.", value));
        messages.SetAttemptedValueIsInvalidAccessor((value, name) => Say("The value '{0}' is not valid for {1}.", value, name));
        messages.SetNonPropertyAttemptedValueIsInvalidAccessor(value => Say("The value '{0}' is not valid.", value));
        messages.SetUnknownValueIsInvalidAccessor(name => Say("The supplied value is invalid for {0}.", name));
        messages.SetNonPropertyUnknownValueIsInvalidAccessor(() => Say("The supplied value is invalid."));
        messages.SetValueIsInvalidAccessor(value => Say("The value '{0}' is invalid.", value));
        messages.SetValueMustBeANumberAccessor(name => Say("The field {0} must be a number.", name));
        messages.SetNonPropertyValueMustBeANumberAccessor(() => Say("The field must be a number."));
    }

    /// <summary>Razor serves the pages of every assembly that the host refers to, also of a module that this mode does not have.</summary>
    private static void KeepOnly(ApplicationPartManager manager, IReadOnlyList<IModule> modules)
    {
        var kept = modules.Select(m => m.GetType().Assembly.GetName().Name).Append(typeof(Pages).Assembly.GetName().Name).ToHashSet(StringComparer.Ordinal);
        foreach (var part in manager.ApplicationParts.Where(p => p.Name.StartsWith("ModularRace.", StringComparison.Ordinal) && !kept.Contains(p.Name)).ToList()) manager.ApplicationParts.Remove(part);
    }
}

/// <summary>A slice can have two faces: a page whose name ends in <c>Touch</c> is the Pi's, one in <c>Desk</c> the cloud's, any other is served by both.</summary>
internal sealed class FaceOfMode(SystemMode mode) : IPageRouteModelConvention
{
    public void Apply(PageRouteModel model)
    {
        if (model.ViewEnginePath.EndsWith(mode == SystemMode.Cloud ? "Touch" : "Desk", StringComparison.Ordinal)) model.Selectors.Clear();
    }
}
