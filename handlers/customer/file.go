package customer

import "marketbot/handlers/command"

func (h Handler) fileCommands() []command.Spec { return nil }
