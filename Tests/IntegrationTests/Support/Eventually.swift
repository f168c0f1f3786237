/// What never came to be.
struct NeverHappened: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until the answer is as wanted, at most until a deadline; the only polling that these tests do.
///
/// - Parameter what: the sentence that should become true.
@discardableResult
func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(180), _ ask: () async throws -> Value,
    until isWanted: (Value) -> Bool
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        let value = try await ask()
        if isWanted(value) { return value }
        guard ContinuousClock.now < deadline else {
            throw NeverHappened(description: "never: \(what); last seen: \(value)")
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}
