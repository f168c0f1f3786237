import CCurl
import Threads

/// The owner thread: everything but the bell is touched by it alone.
final class CurlLoop: Sendable {
    let inbox = CurlInbox()
    private let configuration: CurlConfiguration

    /// Once per process and before any other call, as libcurl demands.
    private static let globalStatus = curl_global_init(Int(CURL_GLOBAL_SSL))

    init(_ configuration: CurlConfiguration) {
        self.configuration = configuration
    }

    func start() {
        precondition(Self.globalStatus == CURLE_OK, "curl_global_init failed: libcurl or its TLS library is broken")
        OSThread.start(name: "curl") { self.run() }
    }

    private func run() {
        guard let multi = curl_multi_init() else { preconditionFailure("curl_multi_init failed: out of memory") }
        var transfers = Transfers(multi: multi, configuration: configuration)
        inbox.open(multi)
        var done: [CheckedContinuation<Void, Never>?] = []
        while done.isEmpty {
            done = inbox.take().compactMap { transfers.obey($0) }
            if done.isEmpty { transfers.step() }
        }
        // Nothing is sent any more, but what was pushed since must be answered too.
        done += inbox.close().compactMap { transfers.obey($0) }
        transfers.finishAll(CurlFailure(.shutDown, "the client was shut down", wasSent: true))
        curl_multi_cleanup(multi)
        for waiter in done { waiter?.resume() }
    }
}

/// The transfers under way.
private struct Transfers {
    let multi: UnsafeMutableRawPointer
    let configuration: CurlConfiguration
    private var byID: [UInt64: Transfer] = [:]
    private var ids: [UnsafeMutableRawPointer: UInt64] = [:]

    init(multi: UnsafeMutableRawPointer, configuration: CurlConfiguration) {
        self.multi = multi
        self.configuration = configuration
    }

    /// - Returns: whom to tell when the thread has ended, if the command is to end it.
    mutating func obey(_ command: CurlInbox.Command) -> CheckedContinuation<Void, Never>?? {
        switch command {
        case .start(let id, let request, let wake): start(id, request, wake)
        case .cancel(let id): cancel(id)
        case .shutDown(let done): return .some(done)
        }
        return nil
    }

    /// Moves every transfer as far as it goes, then waits for the network, a time limit or the bell.
    mutating func step() {
        var running: CInt = 0
        var status = curl_multi_perform(multi, &running)
        if status == CURLM_OK {
            reap()
            // Curl shortens the wait to its own next time limit; the bell rings for everything else.
            status = curl_multi_poll(multi, nil, 0, 3_600_000, nil)
        }
        if status != CURLM_OK {
            finishAll(CurlFailure(.interrupted, String(cString: curl_multi_strerror(status)), wasSent: true))
        }
    }

    mutating func finishAll(_ failure: CurlFailure) {
        for id in Array(byID.keys) {
            guard let transfer = remove(id) else { continue }
            var failure = failure
            failure.wasSent = transfer.wasSent
            transfer.finish(.failure(failure))
        }
    }

    private mutating func start(_ id: UInt64, _ request: CurlRequest, _ wake: CurlInbox.Wake) {
        guard let transfer = Transfer(configuration: configuration, wake: wake) else {
            wake.resume(returning: .failure(CurlFailure(.interrupted, "out of memory", wasSent: false)))
            return
        }
        do throws(CurlFailure) {
            try transfer.prepare(request)
        } catch {
            transfer.finish(.failure(error))
            return
        }
        let status = curl_multi_add_handle(multi, transfer.easy)
        guard status == CURLM_OK else {
            let message = String(cString: curl_multi_strerror(status))
            transfer.finish(.failure(CurlFailure(.interrupted, message, wasSent: false)))
            return
        }
        byID[id] = transfer
        ids[transfer.easy] = id
    }

    /// A transfer that has ended meanwhile, or never began, needs no cancelling.
    private mutating func cancel(_ id: UInt64) {
        guard let transfer = remove(id) else { return }
        transfer.finish(.failure(CurlFailure(.cancelled, "cancelled", wasSent: transfer.wasSent)))
    }

    private mutating func reap() {
        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            // Copied out first: removing the handle frees the message.
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let status = message.pointee.data.result
            guard let id = ids[easy], let transfer = remove(id) else { continue }
            transfer.finish(transfer.result(status))
        }
    }

    private mutating func remove(_ id: UInt64) -> Transfer? {
        guard let transfer = byID.removeValue(forKey: id) else { return nil }
        ids[transfer.easy] = nil
        // Before the easy handle is freed, which the transfer's deinit does.
        curl_multi_remove_handle(multi, transfer.easy)
        return transfer
    }
}
