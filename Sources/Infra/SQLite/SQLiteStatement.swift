package import Actors
import CSQLite

/// A prepared statement: SQL once, then values in and rows out as often as needed.
///
/// Every call leaves it reset, so no statement holds a read lock, or keeps a value, longer than its call.
package final class SQLiteStatement {
    private let handle: OpaquePointer
    private let path: String

    /// - Parameter handle: what `sqlite3_prepare_v3` made; finalized with this object.
    init(_ handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Runs the statement to its end and drops what it answers.
    package func run(_ bind: (inout SQLiteBinder) -> Void = { _ in }) throws(StoreFailure) {
        try forEachRow(bind) { (_: inout SQLiteRow) throws(StoreFailure) in }
    }

    /// Runs the statement and hands each row to `read`.
    package func forEachRow(
        _ bind: (inout SQLiteBinder) -> Void = { _ in }, _ read: (inout SQLiteRow) throws(StoreFailure) -> Void
    ) throws(StoreFailure) {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        var binder = SQLiteBinder(handle)
        bind(&binder)
        guard binder.status == SQLITE_OK else { throw failure(binder.status) }
        while true {
            let status = sqlite3_step(handle)
            if status == SQLITE_DONE { return }
            guard status == SQLITE_ROW else { throw failure(status) }
            var row = SQLiteRow(handle)
            try read(&row)
        }
    }

    /// Runs the statement and reads the first row; nil when there is none.
    package func first<Value>(
        _ bind: (inout SQLiteBinder) -> Void = { _ in }, _ read: (inout SQLiteRow) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value? {
        var value: Value?
        try forEachRow(bind) { (row: inout SQLiteRow) throws(StoreFailure) in
            if value == nil { value = try read(&row) }
        }
        return value
    }

    private func failure(_ status: Int32) -> StoreFailure {
        .sqlite(status, of: sqlite3_db_handle(handle), path: path)
    }
}

/// Fills the question marks of a statement from left to right.
///
/// Not copyable, so that none outlives the call it was lent for.
package struct SQLiteBinder: ~Copyable {
    private let handle: OpaquePointer
    private var index: Int32 = 0
    /// The first refusal, such as one value too many.
    private(set) var status: Int32 = SQLITE_OK

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    package mutating func bind(_ number: Int64?) {
        next { handle, index in number.map { sqlite3_bind_int64(handle, index, $0) } }
    }

    package mutating func bind(_ number: Int) {
        bind(Int64(number))
    }

    /// SQLite knows no NaN and keeps NULL in its place.
    package mutating func bind(_ number: Double?) {
        next { handle, index in number.map { sqlite3_bind_double(handle, index, $0) } }
    }

    package mutating func bind(_ text: String?) {
        next { handle, index in
            guard var text else { return nil }
            return text.withUTF8 { bytes in
                // A C string's pointer type differs from UTF-8's in the sign of its bytes only. An empty text has no address,
                // and a null pointer would bind NULL.
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else {
                        return paceline_sqlite3_bind_text(handle, index, "", 0)
                    }
                    return paceline_sqlite3_bind_text(handle, index, start, UInt64(characters.count))
                }
            }
        }
    }

    private mutating func next(_ bind: (OpaquePointer, Int32) -> Int32?) {
        index += 1
        let result = bind(handle, index) ?? sqlite3_bind_null(handle, index)
        if status == SQLITE_OK { status = result }
    }
}

/// Reads the columns of one row from left to right; nil is SQL's NULL.
///
/// Not copyable, so that none outlives its row.
package struct SQLiteRow: ~Copyable {
    private let handle: OpaquePointer
    private var column: Int32 = -1

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    package mutating func integer() -> Int64? {
        next() ? sqlite3_column_int64(handle, column) : nil
    }

    package mutating func double() -> Double? {
        next() ? sqlite3_column_double(handle, column) : nil
    }

    package mutating func text() -> String? {
        utf8 { String(decoding: $0, as: UTF8.self) }
    }

    /// Hands out the text where SQLite keeps it; the bytes are gone after the call.
    package mutating func utf8<Value>(_ read: (UnsafeBufferPointer<UInt8>) -> Value?) -> Value? {
        guard next() else { return nil }
        // The length must be asked after the text: asking for text may convert the value.
        let start = sqlite3_column_text(handle, column)
        return read(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Steps to the next column.
    ///
    /// - Returns: whether it holds a value.
    private mutating func next() -> Bool {
        column += 1
        return sqlite3_column_type(handle, column) != SQLITE_NULL
    }
}
