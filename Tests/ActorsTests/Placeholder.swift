// the suites follow
