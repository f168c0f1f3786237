import Locking
import TestSupport

/// All that a program writes, as it comes.
final class Transcript: Sendable {
    private struct State {
        var lines: [String] = []
        var openStreams = 2
        var watchers: [(text: String, wake: CheckedContinuation<String?, Never>)] = []
    }

    private let state = Lock(State())

    /// - Parameter process: whose two streams are read from now on; both end with it.
    init(of process: RunningProcess) {
        for stream in [process.lines, process.errorLines] {
            // `end()` waits for both; they end with the program.
            Task {
                for await line in stream { self.append(line) }
                self.close()
            }
        }
    }

    /// Everything so far.
    var text: String { state.withLock { $0.lines.joined(separator: "\n") } }

    /// The lines so far that hold `text`.
    func lines(containing text: String) -> [String] { state.withLock { $0.lines.filter { $0.contains(text) } } }

    /// The first line that holds `text`, now or later; nil when the program ended without one.
    func line(containing text: String) async -> String? {
        await withCheckedContinuation { wake in
            let (isDecided, line) = state.withLock { state -> (Bool, String?) in
                if let line = state.lines.first(where: { $0.contains(text) }) { return (true, line) }
                if state.openStreams == 0 { return (true, nil) }
                state.watchers.append((text, wake))
                return (false, nil)
            }
            if isDecided { wake.resume(returning: line) }
        }
    }

    /// Waits until the program has written its last.
    func end() async {
        // No line of a log holds a NUL, so this is decided by the end alone.
        _ = await line(containing: "\u{0}")
    }

    private func append(_ line: String) {
        let awake = state.withLock { state in
            state.lines.append(line)
            defer { state.watchers.removeAll { line.contains($0.text) } }
            return state.watchers.filter { line.contains($0.text) }
        }
        for watcher in awake { watcher.wake.resume(returning: line) }
    }

    private func close() {
        let disappointed = state.withLock { state in
            state.openStreams -= 1
            guard state.openStreams == 0 else { return [] as [CheckedContinuation<String?, Never>] }
            defer { state.watchers = [] }
            return state.watchers.map(\.wake)
        }
        for watcher in disappointed { watcher.resume(returning: nil) }
    }
}
