import Actors

/// Issues states and takes each back once.
actor StateDesk {
    private let signer: StateSigner
    private let clock: any WallClock
    private var used: [[UInt8]: UTCInstant] = [:]

    init(signer: StateSigner, clock: any WallClock) {
        self.signer = signer
        self.clock = clock
    }

    /// A fresh state for the browser with this cookie.
    func issue(for browser: String) -> String {
        signer.issue(for: browser, at: clock.now())
    }

    /// Whether the state is good and came for the first time; from now on it is used.
    func redeem(_ state: String, from browser: String) -> Bool {
        let now = clock.now()
        used = used.filter { $0.value > now }
        guard let verified = try? signer.verify(state, from: browser, at: now) else { return false }
        return used.updateValue(verified.expiresAt, forKey: verified.nonce) == nil
    }
}
