package customer

import "marketbot/handlers/command"

func (h Handler) progressCommands() []command.Spec { return nil }
