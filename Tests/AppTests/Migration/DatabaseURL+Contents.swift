import Actors

@testable import paceline

/// A database as the tests of copying fill and read it.
extension DatabaseURL {
    /// Makes the tables, and writes all of this into them.
    func fill(_ contents: StoreContents) async throws {
        let store = try store()
        try await store.migrate()
        for step in MigrationPlan(from: contents, to: StoreContents(), now: Holdings.now).steps {
            try await step.carryOut(on: store)
        }
        await store.close()
    }

    /// All that it holds.
    func contents() async throws -> StoreContents {
        let store = try store(isReadOnly: true)
        let contents = try await StoreContents.read(store)
        await store.close()
        return contents
    }
}
