package outbound

// exposed says that the rights of a file tell who may read it; here others do.
const exposed = false
