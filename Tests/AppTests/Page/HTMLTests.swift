import Testing

@testable import paceline

@Suite("A piece of HTML")
struct HTMLTests {
    @Test func textIsEscapedAndMarkupIsNot() {
        let name = #"<script>alert("1 & 2")</script>'"#
        let bold: HTML = "<b>\(name)</b>"
        #expect(bold.text == "<b>&lt;script&gt;alert(&quot;1 &amp; 2&quot;)&lt;/script&gt;&#39;</b>")
        let paragraph: HTML = "<p>\(bold)\(7)</p>"
        #expect(paragraph.text == "<p>\(bold.text)7</p>")
    }

    @Test func whatIsNotAllowedInHTMLIsReplaced() {
        let text: HTML = "\("a\u{0}b\u{1B}[31m\n\tc")"
        #expect(text.text == "a\u{FFFD}b\u{FFFD}[31m\n\tc")
    }
}

@Suite("Figures for people")
struct HumanUnitsTests {
    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "-1,234")])
    func thousandsAreGrouped(number: Int, text: String) {
        #expect(HumanUnits.grouped(number) == text)
    }

    @Test(arguments: [
        (0.0, "0.0 km"), (312_500, "312.5 km"), (1_234_567.8, "1,234.6 km"), (49.9, "0.0 km"), (999_960, "1,000.0 km"),
    ])
    func distancesAreKilometresWithOneDigit(metres: Double, text: String) {
        #expect(HumanUnits.kilometres(metres) == text)
    }

    @Test(arguments: [(0, "0 min"), (59, "0 min"), (3599, "59 min"), (3600, "1 h 0 min"), (54_060, "15 h 1 min")])
    func timesAreHoursAndMinutes(seconds: Int, text: String) {
        #expect(HumanUnits.duration(seconds) == text)
    }
}
