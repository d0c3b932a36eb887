package command

import "marketbot/handlers/chat"

// UndoName is the command that takes back what somebody did a moment ago, and the act
// that areas write down for what it did.
const UndoName = "撤销"

// UndoButton is the button for that on a card.
var UndoButton = chat.Button{Label: "撤销（5分钟内）", Command: UndoName}
