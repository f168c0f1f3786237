import CPostgres

/// Reads the columns of one row from left to right; nil is SQL's NULL.
///
/// Not copyable, so that none outlives its row. Values come in PostgreSQL's binary form, and by the type that the column really
/// has: an adopted table may hold `real` where Paceline writes `double precision`, or times with a zone where it expects none.
package struct PostgresRow: ~Copyable {
    private let result: OpaquePointer
    private let row: Int32
    private var column: Int32 = -1

    init(_ result: OpaquePointer, row: Int32) {
        self.result = result
        self.row = row
    }

    /// A number of any integer type.
    package mutating func integer() throws(PostgresFailure) -> Int64? {
        guard let bytes = next() else { return nil }
        switch type {
        case .int8: return Int64(bitPattern: Self.bits(bytes))
        case .int4: return Int64(Int32(truncatingIfNeeded: Self.bits(bytes)))
        case .int2: return Int64(Int16(truncatingIfNeeded: Self.bits(bytes)))
        default: throw mismatch("an integer")
        }
    }

    package mutating func bool() throws(PostgresFailure) -> Bool? {
        guard let bytes = next() else { return nil }
        guard type == .bool else { throw mismatch("a boolean") }
        return bytes.first == 1
    }

    /// A number of either floating type.
    package mutating func double() throws(PostgresFailure) -> Double? {
        guard let bytes = next() else { return nil }
        switch type {
        case .float8: return Double(bitPattern: Self.bits(bytes))
        // By way of its digits: 10.1 as a `real` means 10.1, not the nearest `double` to its bits.
        case .float4: return Double("\(Float(bitPattern: UInt32(truncatingIfNeeded: Self.bits(bytes))))")
        default: throw mismatch("a floating-point number")
        }
    }

    package mutating func text() throws(PostgresFailure) -> String? {
        guard let bytes = next() else { return nil }
        switch type {
        case .text, .varchar, .bpchar, .name, .json: return String(decoding: bytes, as: UTF8.self)
        default: throw mismatch("a text")
        }
    }

    /// A time with or without a zone, in milliseconds since 1970; without one it is taken as UTC, and a fraction of a
    /// millisecond is cut off.
    package mutating func milliseconds() throws(PostgresFailure) -> Int64? {
        guard let bytes = next() else { return nil }
        // Both are microseconds since 2000-01-01, in UTC where there is a zone.
        guard type == .timestamp || type == .timestamptz else { throw mismatch("a time") }
        let microseconds = Int64(bitPattern: Self.bits(bytes))
        // The two ends stand for infinity, which is no time.
        guard microseconds != .max, microseconds != .min else { return nil }
        let remainder = microseconds % 1000
        return (microseconds - remainder) / 1000 - (remainder < 0 ? 1 : 0) + Self.year2000
    }

    private static let year2000: Int64 = 946_684_800_000

    /// Types by their number in every server's catalogue (src/include/catalog/pg_type.dat).
    private struct ColumnType: Equatable {
        var oid: UInt32

        static let bool = ColumnType(oid: 16)
        static let name = ColumnType(oid: 19)
        static let int8 = ColumnType(oid: 20)
        static let int2 = ColumnType(oid: 21)
        static let int4 = ColumnType(oid: 23)
        static let text = ColumnType(oid: 25)
        static let json = ColumnType(oid: 114)
        static let float4 = ColumnType(oid: 700)
        static let float8 = ColumnType(oid: 701)
        static let bpchar = ColumnType(oid: 1042)
        static let varchar = ColumnType(oid: 1043)
        static let timestamp = ColumnType(oid: 1114)
        static let timestamptz = ColumnType(oid: 1184)

        static func ~= (pattern: ColumnType, type: ColumnType) -> Bool { pattern == type }
    }

    private var type: ColumnType { ColumnType(oid: PQftype(result, column)) }

    /// Steps to the next column; nil when it is NULL, or when the statement answers with fewer columns.
    private mutating func next() -> UnsafeBufferPointer<UInt8>? {
        column += 1
        guard column < PQnfields(result), PQgetisnull(result, row, column) == 0,
            let start = PQgetvalue(result, row, column)
        else { return nil }
        let count = Int(PQgetlength(result, row, column))
        // libpq keeps the bytes as long as the result, which outlives this row.
        return UnsafeBufferPointer(start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Network byte order.
    private static func bits(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func mismatch(_ wanted: String) -> PostgresFailure {
        let name = PQfname(result, column).map { String(cString: $0) } ?? "?"
        return PostgresFailure(
            .unexpected, "the column \(name) has the type number \(type.oid), where \(wanted) was expected")
    }
}
