import Gzip
import HTTP
import HTTPTypes
import JSON
import Testing

@testable import paceline

@Suite("A representation")
struct RepresentationTests {
    private let small = Representation(json: ["a": 1])
    private let large = Representation(Array(String(repeating: "abc ", count: 500).utf8), contentType: "text/plain")

    private func ask(_ representation: Representation, _ fields: [String: String] = [:]) -> Response {
        representation.response(to: Request(method: .get, target: "/", fields: HTTPFields(named: fields)))
    }

    @Test func theTagIsStrongAndDependsOnTheBytesAlone() throws {
        let tag = try #require(ask(small).field("etag"))
        #expect(try tag.wholeMatch(of: Regex(#""[0-9a-f]{32}""#)) != nil)
        #expect(ask(Representation(json: ["a": 1])).field("etag") == tag)
        #expect(ask(Representation(json: ["a": 2])).field("etag") != tag)
    }

    @Test func bothFormsHaveTheirOwnTagAndTheirOwnBytes() throws {
        let plain = ask(large)
        let packed = ask(large, ["Accept-Encoding": "gzip"])
        #expect(plain.field("content-encoding") == nil)
        #expect(packed.field("content-encoding") == "gzip")
        #expect(packed.body == Gzip.compress(plain.body))
        #expect(packed.body.count < plain.body.count)
        #expect(try #require(plain.field("etag")) != (try #require(packed.field("etag"))))
        for response in [plain, packed] {
            #expect(response.field("vary") == "accept-encoding, origin")
            #expect(response.field("cache-control") == "no-cache")
            #expect(response.field("content-type") == "text/plain")
            #expect(response.field("x-content-type-options") == "nosniff")
            #expect(response.field("referrer-policy") == "same-origin")
        }
    }

    @Test(
        "Accept-Encoding is read as RFC 9110 says",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("br, gzip", true), ("gzip;q=0.001", true),
            ("gzip ; q=0.5 , br", true), ("*", true), ("br;q=1, *;q=0.1", true), ("identity;q=0.5, gzip;q=1.0", true),
            ("", false), ("identity", false), ("br", false), ("gzip;q=0", false), ("gzip;Q=0.000", false),
            ("gzip; q=0, *", false), ("*, gzip;q=0", false), ("*;q=0", false), ("gzipped", false), (",,;", false),
        ])
    func acceptEncoding(field: String, isAccepted: Bool) {
        #expect(Representation.acceptsGzip(field) == isAccepted)
        #expect((ask(large, ["Accept-Encoding": field]).field("content-encoding") == "gzip") == isAccepted)
    }

    @Test func smallBodiesAreNotCompressed() {
        func isPacked(_ count: Int) -> Bool {
            let representation = Representation([UInt8](repeating: 65, count: count), contentType: "text/plain")
            return ask(representation, ["Accept-Encoding": "gzip"]).field("content-encoding") != nil
        }
        #expect(!isPacked(859))
        #expect(isPacked(860))
    }

    @Test func whoHasItAlreadyGets304WithoutBody() throws {
        for accepted in ["identity", "gzip"] {
            let first = ask(large, ["Accept-Encoding": accepted])
            let tag = try #require(first.field("etag"))
            let second = ask(large, ["Accept-Encoding": accepted, "If-None-Match": tag])
            #expect(second.status == .notModified)
            #expect(second.body.isEmpty)
            for name in ["etag", "vary", "cache-control"] { #expect(second.field(name) == first.field(name)) }
            for name in ["content-type", "content-encoding"] { #expect(second.field(name) == nil) }
        }
    }

    @Test(
        "If-None-Match is a list, compared weakly",
        arguments: [
            ("T", 304), ("W/T", 304), ("*", 304), (" * ", 304), (#""x", T"#, 304), (#"W/"x" , W/T  "#, 304),
            ("\t\"x\",\tT", 304), (#""x""#, 200),
            ("", 200), (#""T""#, 200), ("w/T", 200), ("WT", 200), (#""a,*,b""#, 200),
        ])
    func ifNoneMatch(field: String, status: Int) throws {
        let tag = try #require(ask(small).field("etag"))
        let known =
            field == #""T""#
            ? field : field.split(separator: "T", omittingEmptySubsequences: false).joined(separator: tag)
        #expect(ask(small, ["If-None-Match": known]).status.code == status)
    }

    @Test func theOtherFormsTagIsNoMatch() throws {
        let plain = try #require(ask(large).field("etag"))
        #expect(ask(large, ["Accept-Encoding": "gzip", "If-None-Match": plain]).status == .ok)
    }

    @Test func anErrorIsNever304() throws {
        let missing = Representation(json: ["detail": "x"], status: .notFound)
        let tag = try #require(ask(missing).field("etag"))
        for known in [tag, "*"] {
            let response = ask(missing, ["If-None-Match": known])
            #expect(response.status == .notFound)
            #expect(response.text == #"{"detail":"x"}"#)
        }
    }

    @Test func aHeadIsAnsweredAsTheGetAndTheConnectionLeavesTheBodyOut() async throws {
        let app = try await TestApp(Examples.activities())
        let get = await app.get("/strava/stats/ytd")
        let head = await app.send(.head, "/strava/stats/ytd")
        #expect(head.status == .ok)
        #expect(head.body == get.body)
        let tag = try #require(get.field("etag"))
        #expect(head.field("etag") == tag)
        #expect(await app.send(.head, "/strava/stats/ytd", ["If-None-Match": tag]).status == .notModified)
    }
}
