import FoundationEssentials
import Hummingbird
import NIOCore

/// What Paceline is measured against: Hummingbird as its documentation begins, with a body made before the first request.
///
/// `PORT`, `BODY` and `LOOPS`, the number of its threads, come from the environment.
@main
struct HummingbirdPeer {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let body = ByteBuffer(string: environment["BODY"] ?? "{}")
        let port = environment["PORT"].flatMap { Int($0) } ?? 8080
        if let loops = environment["LOOPS"].flatMap({ Int($0) }) { NIOSingletons.groupLoopCountSuggestion = loops }
        let router = Router()
        router.get("/") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }
}
