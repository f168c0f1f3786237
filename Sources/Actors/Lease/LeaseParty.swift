/// A process, as those see it who share leases with it.
package struct LeaseParty: Sendable {
    /// Tells this process from every other on the database.
    package let name: String
    /// Whether the process of this name is known to have ended.
    ///
    /// Then nobody waits for its lease to end. Of most, nobody here can know.
    let isGone: @Sendable (String) -> Bool

    package init(name: String, isGone: @escaping @Sendable (String) -> Bool) {
        self.name = name
        self.isGone = isGone
    }

    /// One that nobody else knows, and that knows nobody.
    package static func stranger() -> LeaseParty {
        LeaseParty(name: String(UInt64.random(in: 0 ... .max), radix: 36)) { _ in false }
    }
}
