import FoundationEssentials
import TestSupport

extension TestResponse {
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
            throw SetupFailure("\(status) \(text.prefix(300)): \(error)")
        }
    }

    /// The `detail` of an error, when it is a sentence.
    var detail: String? { (try? decoded(AnyJSON.self))?["detail"]?.text }
}
