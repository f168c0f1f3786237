import Actors

/// Issues states and takes each back once.
actor StateDesk {
    private let signer: StateSigner
    private let clock: any WallClock
    /// The nonces that came back, each until its state has expired.
    private var used: [[UInt8]: UTCInstant] = [:]
    /// Anybody can fetch states and send them back; memory must not grow with that.
    private let capacity: Int

    init(signer: StateSigner, clock: any WallClock, capacity: Int = 4096) {
        self.signer = signer
        self.clock = clock
        self.capacity = capacity
    }

    /// A fresh state for the browser with this cookie.
    func issue(for browser: String) -> String {
        signer.issue(for: browser, at: clock.now())
    }

    /// Takes a state back, which is good and came for the first time; from now on it is used.
    func redeem(_ state: String, from browser: String) throws(StateSigner.Refusal) {
        let now = clock.now()
        let verified = try signer.verify(state, from: browser, at: now)
        guard used[verified.nonce] == nil else { throw .used }
        if used.count >= capacity { makeRoom(at: now) }
        used[verified.nonce] = verified.expiresAt
    }

    /// Forgets what has expired; when nothing has, what expires first.
    private func makeRoom(at now: UTCInstant) {
        used = used.filter { $0.value > now }
        guard used.count >= capacity, let oldest = used.min(by: { $0.value < $1.value }) else { return }
        used[oldest.key] = nil
    }
}
