using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModularRace.Shared.Json;

/// <summary>Canonical JSON (RFC 8785): one byte sequence for each value, so that two machines compute one digest.</summary>
public static class CanonicalJson
{
    /// <summary>SHA-256 over the canonical form.</summary>
    public static byte[] Digest(JsonNode? node) => SHA256.HashData(Write(node));

    public static byte[] Write(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Append(buffer, node);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Append(ArrayBufferWriter<byte> to, JsonNode? node)
    {
        switch (node)
        {
            case null:
                Ascii(to, "null");
                break;
            case JsonObject o:
                Ascii(to, "{");
                var first = true;
                // RFC 8785, 3.2.3: names in the order of their UTF-16 code units, which is what ordinal comparison does.
                foreach (var (name, value) in o.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    if (!first) Ascii(to, ",");
                    first = false;
                    Text(to, name);
                    Ascii(to, ":");
                    Append(to, value);
                }

                Ascii(to, "}");
                break;
            case JsonArray a:
                Ascii(to, "[");
                for (var i = 0; i < a.Count; i++)
                {
                    if (i > 0) Ascii(to, ",");
                    Append(to, a[i]);
                }

                Ascii(to, "]");
                break;
            case JsonValue v:
                switch (v.GetValueKind())
                {
                    case JsonValueKind.String: Text(to, v.GetValue<string>()); break;
                    case JsonValueKind.True: Ascii(to, "true"); break;
                    case JsonValueKind.False: Ascii(to, "false"); break;
                    case JsonValueKind.Number: Ascii(to, Number(v)); break;
                    default: Ascii(to, "null"); break;
                }

                break;
        }
    }

    /// <summary>ECMAScript's shortest form of the IEEE 754 double.</summary>
    private static string Number(JsonValue value)
    {
        // Beyond 2^53 a whole number is a double like any other. (Math.Abs has no answer for the lowest long.)
        if (value.TryGetValue<long>(out var whole) && whole is >= -9_007_199_254_740_991 and <= 9_007_199_254_740_991) return whole.ToString(CultureInfo.InvariantCulture);
        var number = double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
        if (number == 0) return "0";
        var (digits, exponent) = Split(number.ToString("R", CultureInfo.InvariantCulture));
        var sign = number < 0 ? "-" : "";
        var n = exponent + 1;
        if (digits.Length <= n && n <= 21) return sign + digits + new string('0', n - digits.Length);
        if (n is > 0 and <= 21) return sign + digits[..n] + "." + digits[n..];
        if (n is > -6 and <= 0) return sign + "0." + new string('0', -n) + digits;
        var power = (n - 1 < 0 ? "-" : "+") + Math.Abs(n - 1).ToString(CultureInfo.InvariantCulture);
        return sign + digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + "e" + power;
    }

    /// <summary>The significant digits of the shortest form, and the decimal exponent of the first.</summary>
    private static (string Digits, int Exponent) Split(string shortest)
    {
        var parts = shortest.TrimStart('-').Split('E');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var beforePoint = (point < 0 ? all.Length : point) - (all.Length - digits.Length);
        var power = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        return (digits.TrimEnd('0'), beforePoint + power - 1);
    }

    private static void Text(ArrayBufferWriter<byte> to, string text)
    {
        Ascii(to, "\"");
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var escape = text[i] switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}"),
                _ => null,
            };
            if (escape is null) continue;
            Utf8(to, text.AsSpan(start, i - start));
            Ascii(to, escape);
            start = i + 1;
        }

        Utf8(to, text.AsSpan(start));
        Ascii(to, "\"");
    }

    private static void Ascii(ArrayBufferWriter<byte> to, string text) => Utf8(to, text);

    private static void Utf8(ArrayBufferWriter<byte> to, ReadOnlySpan<char> text)
    {
        var span = to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        to.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
