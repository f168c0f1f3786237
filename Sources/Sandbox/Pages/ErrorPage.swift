/// The page of a web server in trouble.
enum ErrorPage {
    static func html(_ status: Int) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>\(status)</title></head>
        <body><h1>\(status)</h1><p>The sandbox plays a server in trouble, as it was told to.</p></body></html>

        """
    }
}
