import Actors
import ServiceLifecycle

/// Lets the coordinator know when another process on the same database has stored something.
struct StoreWatch: Service {
    let store: any Store
    let coordinator: SyncCoordinator

    func run() async {
        await cancelWhenGracefulShutdown {
            await store.watch { await coordinator.storeChanged() }
        }
        // A store that does not watch is done at once, and a service that ends before the others would end them.
        try? await gracefulShutdown()
    }
}
