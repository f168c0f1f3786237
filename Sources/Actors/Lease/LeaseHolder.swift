/// One process's way to a ``Lease``.
package struct LeaseHolder: Sendable {
    private let lease: Lease
    private let party: LeaseParty
    private let store: any Store

    package init(_ lease: Lease, as party: LeaseParty = .stranger(), in store: any Store) {
        self.lease = lease
        self.party = party
        self.store = store
    }

    /// Asks for the lease, or for its renewal; a renewal that is not due only reads.
    package func take(_ priority: RequestPriority) async throws(StoreFailure) -> LeaseRecord.Answer {
        try await change { record, now in
            if let holder = record.hold?.holder, party.isGone(holder) { record.hold = nil }
            return record.take(by: party.name, priority, at: now)
        }
    }

    /// Gives the lease back, when it is this process's.
    ///
    /// - Parameters:
    ///   - rest: what nobody shall ask for meanwhile; nil when everybody may.
    ///   - duration: for how long, whatever the rest itself says: its time is by this process's clock.
    package func giveBack(resting rest: LeaseRecord.Rest? = nil, for duration: Duration = .zero)
        async throws(StoreFailure)
    {
        try await change { record, now in
            var rest = rest
            rest?.until = now + duration
            record.giveBack(by: party.name, resting: rest, at: now)
        }
    }

    /// Repeated until no other process has come in between.
    private func change<Value>(
        _ decide: (inout LeaseRecord, UTCInstant) -> Value
    ) async throws(StoreFailure) -> Value {
        while true {
            let found = try await store.lease(lease)
            var record = found.record
            let value = decide(&record, found.at)
            if record == found.record { return value }
            if try await store.save(record, as: lease, replacing: found.record) { return value }
        }
    }
}
