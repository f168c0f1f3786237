import Actors
import Crypto

/// Counts and checksums of a store's contents: two stores with equal ones hold the same.
struct ContentSums: Sendable, Hashable {
    /// One kind of row.
    struct Part: Sendable, Hashable {
        var name: String
        var count: Int
        /// SHA-256 over the canonical forms of all rows in a fixed order, in hexadecimal digits.
        var sum: String
    }

    let parts: [Part]

    init(_ contents: StoreContents) {
        parts = [
            Self.part("activities", contents.activities.sorted { $0.id < $1.id }.map(CanonicalForm.init)),
            // PostgreSQL hands them out in no order.
            Self.part(
                "set aside",
                contents.setAside.map(CanonicalForm.init).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }),
            Self.part(
                "tombstones", contents.tombstones.sorted { $0.activity.id < $1.activity.id }.map(CanonicalForm.init)),
            Self.part("tokens", contents.authorization.map { [CanonicalForm(single: $0)] } ?? []),
            Self.part("budget", contents.budget.map { [CanonicalForm(single: $0)] } ?? []),
            // A store without one answers the state of nothing synced.
            Self.part("sync state", [CanonicalForm(single: contents.state)]),
        ]
    }

    private static func part(_ name: String, _ rows: [CanonicalForm]) -> Part {
        Part(name: name, count: rows.count, sum: Hex.encode(SHA256.hash(rows.flatMap(\.bytes))))
    }
}
