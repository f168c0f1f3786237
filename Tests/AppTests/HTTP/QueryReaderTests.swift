import HTTP
import HTTPTypes
import Testing

@testable import paceline

@Suite("Query parameters")
struct QueryReaderTests {
    private func reader(_ query: String) -> QueryReader { QueryReader(Request(method: .get, target: "/?\(query)")) }

    @Test(
        "a whole number within its bounds is taken",
        arguments: [
            ("n=1", 1), ("n=1000", 1000), ("n=%31%30", 10), ("n=007", 7), ("n=%2B5", 5), ("n=2&n=3", 3), ("n=x&n=3", 3),
            ("m=9&n=4", 4),
        ])
    func goodIntegers(query: String, number: Int) {
        var reader = reader(query)
        #expect(reader.integer("n", in: 1...1000) == number)
        #expect(reader.refusal == nil)
    }

    @Test("an absent or empty parameter has its default", arguments: ["", "n=", "n", "m=1", "n=5&n=", "N=7"])
    func absent(query: String) {
        var reader = reader(query)
        #expect(reader.integer("n", in: 1...1000) == nil)
        #expect(reader.flag("n") == nil)
        #expect(reader.text("n") == nil)
        #expect(reader.refusal == nil)
    }

    @Test(
        "what is no whole number is told as the original's framework did",
        arguments: ["abc", "1.5", "1e3", "0x10", "1_000", "--1", "-", "+", "٣", "1 2"])
    func badIntegers(input: String) throws {
        var reader = reader("limit=" + input.replacing(" ", with: "%20").replacing("+", with: "%2B"))
        #expect(reader.integer("limit", in: 1...1000) == nil)
        let refusal = try #require(reader.refusal)
        #expect(refusal.status.code == 422)
        #expect(
            refusal.text
                == #"{"detail":[{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"\#(input)"}]}"#
        )
    }

    @Test(
        "a number out of bounds names the bound",
        arguments: [
            ("0", "greater_than_equal", "greater", "ge", 1), ("-5", "greater_than_equal", "greater", "ge", 1),
            ("-99999999999999999999", "greater_than_equal", "greater", "ge", 1),
            ("1001", "less_than_equal", "less", "le", 1000),
            ("99999999999999999999", "less_than_equal", "less", "le", 1000),
        ])
    func outOfBounds(input: String, type: String, word: String, key: String, bound: Int) throws {
        var reader = reader("limit=\(input)")
        _ = reader.integer("limit", in: 1...1000)
        #expect(
            try #require(reader.refusal).text
                == #"{"detail":[{"type":"\#(type)","loc":["query","limit"],"msg":"Input should be \#(word) than or equal to \#(bound)","#
                + #""input":"\#(input)","ctx":{"\#(key)":\#(bound)}}]}"#)
    }

    @Test(arguments: ["true", "True", "1", "yes", "ON", "t", "y"])
    func wordsForYes(word: String) {
        var reader = reader("f=\(word)")
        #expect(reader.flag("f") == true)
        #expect(reader.refusal == nil)
    }

    @Test(arguments: ["false", "FALSE", "0", "no", "Off", "f", "n"])
    func wordsForNo(word: String) {
        var reader = reader("f=\(word)")
        #expect(reader.flag("f") == false)
        #expect(reader.refusal == nil)
    }

    @Test(arguments: ["2", "maybe", "truee", "-1"])
    func noTruthValue(word: String) throws {
        var reader = reader("wait=\(word)")
        #expect(reader.flag("wait") == nil)
        #expect(
            try #require(reader.refusal).text
                == #"{"detail":[{"type":"bool_parsing","loc":["query","wait"],"msg":"Input should be a valid boolean, unable to interpret input","input":"\#(word)"}]}"#
        )
    }

    @Test func everyProblemIsTold() async throws {
        let app = try await TestApp()
        let response = await app.get("/strava/activities?limit=x&offset=-1&year=0")
        #expect(response.status.code == 422)
        let problems = try JSONValue.parse(response.body)["detail"].elements
        #expect(problems.map { $0["loc"].elements.last?.text } == ["limit", "offset", "year"])
        #expect(problems.map { $0["type"].text } == ["int_parsing", "greater_than_equal", "greater_than_equal"])
    }

    @Test func anOffsetHasNoUpperBound() async throws {
        let app = try await TestApp(Examples.activities())
        let response = await app.get("/strava/activities?offset=9223372036854775807")
        #expect(response.text == #"{"total":4,"limit":100,"offset":9223372036854775807,"data":[]}"#)
    }

    @Test func namesAndTextsAreDecoded() {
        #expect(reader("activity_type=Alpine+Ski%26").text("activity_type") == "Alpine Ski&")
        #expect(reader("%6E=x").text("n") == "x")
    }
}
