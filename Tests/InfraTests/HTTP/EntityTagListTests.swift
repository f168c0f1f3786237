import Testing

@testable import HTTP

@Suite("If-None-Match")
struct EntityTagListTests {
    private let tag = #""0123abcd""#

    private func holds(_ field: String) -> Bool { EntityTagList.holds(field.utf8.span, tag.utf8.span) }

    @Test(
        "A list holds a tag, strong or weak, wherever it stands",
        arguments: [
            #""0123abcd""#, #"W/"0123abcd""#, #" "0123abcd""#, #""x", "0123abcd""#, #""0123abcd","x""#,
            #"W/"x" , W/"0123abcd"  "#, "\t\"x\",\t\"0123abcd\"\t", #",,"0123abcd""#, #""a,b", "0123abcd""#, "*", " * ",
        ])
    func holding(field: String) {
        #expect(holds(field))
    }

    @Test(
        "What is not quite the tag is another one",
        arguments: [
            "", " ", ",", "W/", #""""#, "0123abcd", #""0123abc""#, #""0123abcde""#, #""0123ABCD""#, #"w/"0123abcd""#,
            #"W"0123abcd""#, #"W/W/"0123abcd""#, #"W/ "0123abcd""#, #""0123abcd"x"#, #""0123abcd" "x""#,
            #""a,*,b""#, "*, *", #""x", *"#,
        ])
    func lacking(field: String) {
        #expect(!holds(field))
    }
}
