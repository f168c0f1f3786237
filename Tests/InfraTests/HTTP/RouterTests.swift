import HTTP
import HTTPTypes
import Testing

@Suite struct RouterTests {
    private func router() -> Router {
        var router = Router()
        for (method, path) in [
            (HTTPRequest.Method.get, "/a"), (.post, "/a"), (.put, "/b"), (.get, "/docs/*"), (.get, "/docs/deep/*"),
            (.get, "/docs/exact"),
        ] {
            router.on(method, path) { request in
                Response(status: .ok, body: Array("\(method.rawValue) \(path) \(request.path)".utf8))
            }
        }
        return router
    }

    private func answer(_ method: HTTPRequest.Method, _ target: String) async -> Response {
        await router().respond(to: Request(method: method, target: target))
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/a", "GET /a /a"), (.post, "/a?b", "POST /a /a"), (.head, "/a", "GET /a /a"),
        (.get, "/docs/", "GET /docs/* /docs/"), (.get, "/docs/x/y", "GET /docs/* /docs/x/y"),
        (.get, "/docs/deep/x", "GET /docs/deep/* /docs/deep/x"), (.get, "/docs/exact", "GET /docs/exact /docs/exact"),
    ])
    func thePathAndMethodChoose(method: HTTPRequest.Method, target: String, body: String) async {
        let response = await answer(method, target)
        #expect(response.status == .ok)
        #expect(String(decoding: response.body, as: UTF8.self) == body)
    }

    @Test(arguments: ["/", "/a/", "/A", "/docs", "/aa", "/%61", "*"])
    func anUnknownPathIsNotFound(target: String) async {
        let response = await answer(.get, target)
        #expect(response.status == .notFound)
        #expect(response.fields[.contentType] == "application/json")
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"detail":"Not Found"}"#)
    }

    @Test(arguments: [
        (HTTPRequest.Method.delete, "/a", "GET, HEAD, POST"), (.options, "/a", "GET, HEAD, POST"), (.head, "/b", "PUT"),
        (.post, "/docs/x", "GET, HEAD"),
    ])
    func aWrongMethodIsToldTheRightOnes(method: HTTPRequest.Method, target: String, allow: String) async {
        let response = await answer(method, target)
        #expect(response.status == .methodNotAllowed)
        #expect(response.fields[.allow] == allow)
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"detail":"Method Not Allowed"}"#)
    }

    @Test func aQuestionAboutTheWholeServerIsAnsweredForAllPaths() async {
        let response = await answer(.options, "*")
        #expect(response.status == .noContent)
        #expect(response.fields[.allow] == "GET, HEAD, POST, PUT")
    }

    @Test func theLastHandlerOfARouteCounts() async {
        var router = router()
        router.on(.get, "/a") { _ in Response(status: .accepted) }
        #expect(await router.respond(to: Request(method: .get, target: "/a")).status == .accepted)
    }
}
