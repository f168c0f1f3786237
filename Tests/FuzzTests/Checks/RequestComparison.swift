import HTTP
import HTTPTypes

/// Whether a request says what the reference read.
enum RequestComparison {
    static func check(_ request: Request, _ reference: ReferenceRequest) throws(Finding) {
        try requireText(request.method.rawValue, is: reference.method, "the method")
        try requireText(request.target, is: reference.target, "the target")
        try requireText(request.path, is: reference.path, "the path")
        try require((request.query == nil) == (reference.query == nil), "there is a query, or there is none")
        try requireText(request.query ?? "", is: reference.query ?? [], "the query")
        try require(request.body == reference.body, "the body is \(request.body.quoted)")
        try checkFields(request, reference)
        try checkLookups(request, reference)
    }

    private static func checkFields(_ request: Request, _ reference: ReferenceRequest) throws(Finding) {
        let fields = request.fields
        try require(fields.count == reference.fields.count, "the fields are \(fields)")
        for (field, expected) in zip(fields, reference.fields) {
            try requireText(field.name.canonicalName, is: expected.name, "a field's name")
            try requireText(field.value, is: expected.value, "the value of \(field.name)")
        }
    }

    /// RFC 9110 §5.3: values of one name are one list.
    private static func checkLookups(_ request: Request, _ reference: ReferenceRequest) throws(Finding) {
        let names = Set(reference.fields.map { String(decoding: $0.name, as: UTF8.self) })
        for name in names.union(["host", "x-absent"]) {
            guard let fieldName = HTTPField.Name(name) else { throw Finding("\(name) is no field name") }
            let values = reference.values(name).map { String(decoding: $0, as: UTF8.self) }
            let expected = values.isEmpty ? nil : values.joined(separator: name == "cookie" ? "; " : ", ")
            let value = request.header(fieldName)
            try require((value == nil) == (expected == nil), "\(name) is there, or is not")
            try requireText(value ?? "", is: Array((expected ?? "").utf8), "the value of \(name)")
        }
    }

    /// Compares bytes: to a `String`, two spellings of one character are equal.
    private static func requireText(
        _ text: some StringProtocol, is expected: [UInt8], _ what: @autoclosure () -> String
    ) throws(Finding) {
        // What is no UTF-8 becomes U+FFFD, which everybody does alike.
        guard !text.utf8.elementsEqual(String(decoding: expected, as: UTF8.self).utf8) else { return }
        throw Finding("\(what()) is \(Array(text.utf8).quoted), and right is \(expected.quoted)")
    }
}
