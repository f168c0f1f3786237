import Checks

/// libFuzzer calls this with each input.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.requestHead.fuzz(bytes, count)
}
