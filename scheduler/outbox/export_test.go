package outbox

// MaxChats is how many chats a process claims at a time.
const MaxChats = maxChats
