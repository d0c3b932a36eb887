package customer

import "marketbot/handlers/command"

func (h Handler) editCommands() []command.Spec { return nil }
