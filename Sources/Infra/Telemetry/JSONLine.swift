import Actors
import JSON
import Logging

/// Log lines for machines: one JSON object a line.
///
/// Members, always in this order: `time` (UTC, to the millisecond), `level`, `message`, `logger`, `source`, and `metadata` when
/// there is any. Metadata is an object of its own, so that no value from outside can pose as the time or the level.
struct JSONLine: LineForm {
    let label: String

    func line(_ event: LogEvent, _ metadata: Logger.Metadata, at time: UTCInstant) -> [UInt8] {
        var members: [JSON.Member] = [
            .init("time", .string(Self.text(time))),
            .init("level", .string(event.level.rawValue)),
            .init("message", .string(event.message.description)),
            .init("logger", .string(label)),
            .init("source", .string(event.source)),
        ]
        if !metadata.isEmpty { members.append(.init("metadata", Self.object(metadata))) }
        return Self.escapingTheInvisible(JSON.object(members).bytes) + [UInt8(ascii: "\n")]
    }

    private static func text(_ instant: UTCInstant) -> String {
        let milliseconds = String(instant.milliseconds - instant.seconds * 1000)
        let zeros = String(repeating: "0", count: 3 - milliseconds.count)
        return "\(instant.iso8601.dropLast()).\(zeros)\(milliseconds)Z"
    }

    private static func object(_ metadata: Logger.Metadata) -> JSON {
        .object(metadata.sorted { $0.key < $1.key }.map { JSON.Member($0.key, json($0.value)) })
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let elements): .array(elements.map(json))
        case .dictionary(let members): object(members)
        }
    }

    /// Escapes what JSON lets stand but a terminal or a line splitter does not: DEL, C1 controls, Unicode's own line ends.
    ///
    /// Such characters occur inside strings only, so the whole line can be treated at once.
    private static func escapingTheInvisible(_ line: [UInt8]) -> [UInt8] {
        guard line.contains(where: { $0 >= 0x7F }) else { return line }
        var result: [UInt8] = []
        result.reserveCapacity(line.count)
        for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
            if LogText.isHarmful(scalar) {
                let digits = String(scalar.value, radix: 16)
                result.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            } else {
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return result
    }
}
