import Synchronization

/// HTTP requests on libcurl, from any task.
///
/// One thread of its own drives all transfers, so that libcurl, which allows one thread at a time, never sees a second. TLS
/// certificates are verified, redirects are handed back instead of followed, and connections are kept for the next request.
package final class CurlClient: Sendable {
    private let loop: CurlLoop
    private let lastID = Atomic<UInt64>(0)

    package init(_ configuration: CurlConfiguration) {
        loop = CurlLoop(configuration)
        loop.start()
    }

    deinit {
        loop.inbox.push(.shutDown(nil))
    }

    /// Sends one request and returns the answer, whatever its status.
    ///
    /// A cancelled task gets ``CurlFailure/Kind/cancelled`` as soon as the transfer is out of libcurl.
    package func send(_ request: CurlRequest) async throws(CurlFailure) -> CurlResponse {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { wake in
                let refusal = loop.inbox.submit(id, request, wake)
                if let refusal { wake.resume(returning: .failure(refusal)) }
            }
        } onCancel: {
            loop.inbox.push(.cancel(id))
        }
        return try result.get()
    }

    /// Ends the thread: requests under way and all later ones fail with ``CurlFailure/Kind/shutDown``.
    ///
    /// - Returns: when every connection is closed.
    package func shutdown() async {
        await withCheckedContinuation { done in
            let isOpen = loop.inbox.push(.shutDown(done))
            if !isOpen { done.resume() }
        }
    }
}
