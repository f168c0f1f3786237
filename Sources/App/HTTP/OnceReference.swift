import Synchronization

/// A reference that is set at most once, and read by any thread without a lock.
///
/// `AtomicLazyReference` of the standard library does the same, but is not compiled for the type it is used with: it looks up the type's
/// metadata with each call, which was a tenth of what a cached answer costs.
struct OnceReference<Instance: AnyObject & Sendable>: ~Copyable, Sendable {
    private let storage = Atomic<Unmanaged<Instance>?>(nil)

    deinit {
        storage.load(ordering: .acquiring)?.release()
    }

    /// What was set; nil before.
    func load() -> Instance? { storage.load(ordering: .acquiring)?.takeUnretainedValue() }

    /// Sets it, unless it is set already; returns what it is from now on.
    @discardableResult
    func storeIfNil(_ instance: Instance) -> Instance {
        let candidate = Unmanaged.passRetained(instance)
        let (wasNil, current) = storage.compareExchange(
            expected: nil, desired: candidate, ordering: .acquiringAndReleasing)
        guard !wasNil, let current else { return instance }
        candidate.release()
        return current.takeUnretainedValue()
    }
}
