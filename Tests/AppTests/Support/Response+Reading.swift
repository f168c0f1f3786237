import HTTP
import HTTPTypes

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// Every header line, those that were rendered ahead included; names in lower case.
    var lines: [(name: String, value: String)] {
        let prepared = String(decoding: preparedFields, as: UTF8.self).split(separator: "\r\n").map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), String(parts[1].dropFirst()))
        }
        return fields.map { ($0.name.canonicalName, $0.value) } + prepared
    }

    /// The value of the only line of that name; nil when there is none, or more than one.
    func field(_ name: String) -> String? {
        let values = lines.filter { $0.name == name }.map(\.value)
        return values.count == 1 ? values[0] : nil
    }
}

extension HTTPFields {
    /// Fields by the names that tests write down.
    init(named fields: [String: String]) {
        self.init()
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { self[name] = value }
        }
    }
}
