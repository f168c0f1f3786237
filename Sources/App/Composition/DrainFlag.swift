import Synchronization

/// Whether the server has been told to stop.
///
/// An atomic and not an actor, because the shutdown handler that sets it cannot await.
final class DrainFlag: Sendable {
    private let flag = Atomic(false)

    var isDraining: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}
