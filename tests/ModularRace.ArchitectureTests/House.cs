using System.Reflection;
using System.Xml.Linq;

namespace ModularRace.ArchitectureTests;

/// <summary>A project of the house as its files say: what it is called, where it lies, and which projects it refers to.</summary>
public sealed record Project(string Name, string Folder, IReadOnlyList<string> References);

/// <summary>The house as it lies on disk: projects are found by scanning, so that a new one is held to the rules unasked.</summary>
public static class House
{
    /// <summary>The order in which modules stand on each other (design.md): each knows only those before it.</summary>
    public static readonly IReadOnlyList<string> Order = ["Competitions", "Incidents", "Dedup", "Sync"];

    public static string Source { get; } = Checkout.PathOf("src");

    /// <summary>Names of the modules, from the folders under <c>src/Modules</c>; Shared is none.</summary>
    public static IReadOnlyList<string> Modules { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(Source, "Modules")).Select(f => Path.GetFileName(f)!).Where(n => n != "Shared").Order(StringComparer.Ordinal)];

    public static IReadOnlyList<Project> Projects { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Source, "Modules"), "*.csproj", SearchOption.AllDirectories).Select(Read)];

    /// <summary>The implementation of a module, as built.</summary>
    public static Assembly Implementation(string module) => Assembly.Load($"ModularRace.{module}");

    public static Assembly Contracts(string module) => Assembly.Load($"ModularRace.{module}.Contracts");

    /// <summary>The C# files of a folder that people write: nothing generated.</summary>
    public static IEnumerable<SourceFile> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "Migrations"))
            .Select(path => new SourceFile(Path.GetRelativePath(Checkout.Root, path), File.ReadAllText(path)));

    private static Project Read(string path) =>
        new(Path.GetFileNameWithoutExtension(path), Path.GetDirectoryName(path)!,
            [.. XDocument.Load(path).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string?)r.Attribute("Include") ?? "").Replace('\\', '/')))]);
}

/// <summary>A file's place in the checkout and its text.</summary>
public sealed record SourceFile(string Path, string Text);
