using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace ModularRace.ArchitectureTests;

/// <summary>Reads what a method does: just enough to know which objects it makes.</summary>
public static class Instructions
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    /// <summary>The requests that a type's own methods make, those of its lambdas and asynchronous parts too.</summary>
    public static IEnumerable<Type> RequestsMadeBy(Type type) =>
        type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).SelectMany(RequestsMadeBy)
            .Concat(type.GetNestedTypes(All).Where(IsCompilers).SelectMany(RequestsMadeBy))
            .Distinct();

    /// <summary>The requests that a method makes, or takes as a parameter to pass on.</summary>
    public static IEnumerable<Type> RequestsMadeBy(MethodBase method)
    {
        var body = method.GetCustomAttribute<AsyncStateMachineAttribute>() is { } machine
            ? machine.StateMachineType.GetMethod("MoveNext", All)!
            : method;
        return Made(body).Where(Sending.IsRequest).Distinct();
    }

    private static bool IsCompilers(Type type) => type.Name.Contains('<', StringComparison.Ordinal);

    private static IEnumerable<Type> Made(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray();
        if (il is null) yield break;
        var typeArguments = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            short value = il[at++];
            if (value == 0xFE) value = (short)(0xFE00 | il[at++]);
            var code = Codes[value];
            if (code == OpCodes.Newobj)
            {
                var token = BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at));
                if (method.Module.ResolveMethod(token, typeArguments, methodArguments)?.DeclaringType is { } made) yield return made;
            }

            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at))),
                _ => 4,
            };
        }
    }
}
