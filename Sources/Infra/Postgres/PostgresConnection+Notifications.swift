import CPostgres
import Reactor

extension PostgresConnection {
    /// Waits for the next notification on a channel that `LISTEN` was run for on this connection.
    ///
    /// - Returns: its payload.
    /// - Throws: `cancelled`; `lost` when the connection breaks, and then some may have been missed.
    package func notification() async throws(PostgresFailure) -> String {
        guard !Task.isCancelled else { throw .cancelled }
        guard let pointer = handle?.pointer, let watch = signals.watch, let operation = machine.begin() else {
            throw .closed
        }
        watch.deadline = nil
        let result = await withTaskCancellationHandler {
            await nextNotification(pointer, watch, operation)
        } onCancel: { [signals] in
            signals.cancel(operation)
        }
        machine.drained()
        if case .failure(let failure) = result, failure.kind != .cancelled { close() }
        return try result.get()
    }

    private func nextNotification(
        _ pointer: OpaquePointer, _ watch: DescriptorWatch, _ operation: Int
    ) async -> Result<String, PostgresFailure> {
        while signals.cancelled < operation {
            if let notification = PQnotifies(pointer) {
                defer { PQfreemem(notification) }
                return .success(notification.pointee.extra.map { String(cString: $0) } ?? "")
            }
            guard await watch.wait(for: .reading) != .closed else { return .failure(.closed) }
            guard PQconsumeInput(pointer) == 1 else { return .failure(Self.failure(.lost, pointer)) }
        }
        return .failure(.cancelled)
    }
}
