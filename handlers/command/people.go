package command

import (
	"context"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Reach finds who stands for a post: its active holders, or those of the next
// post up the line that has any (总则, R03). vacant tells that the post itself
// has no holder, so that the administrator can be told; people is empty when
// nobody up the line is registered.
func Reach(ctx context.Context, tx *store.Tx, post store.Post) (people []store.Person, vacant bool, err error) {
	everyone, err := tx.People(ctx)
	if err != nil {
		return nil, false, err
	}
	people, vacant = Standing(everyone, post)
	return people, vacant, nil
}

// VacancyNotices tell every administrator, under a key of each one's own, that a
// post has no holder while something (出差未签到的提醒) is for it, who stands in, and
// what to do.
func VacancyNotices(people []store.Person, post store.Post, something string, stands []store.Person, key func(admin string) string) []chat.Notice {
	fate := "没有人收"
	if len(stands) > 0 {
		var names []string
		for _, p := range stands {
			names = append(names, p.Name)
		}
		fate = "先转给" + strings.Join(names, "、") + "（" + string(stands[0].Post) + "）"
	}
	text := string(post) + "没有人，" + something + fate + "。请安排：人员 岗位 姓名 " + string(post)
	var list []chat.Notice
	for _, p := range people {
		if p.Has(store.Administrator) {
			list = append(list, chat.Notice{Key: key(p.ID), To: p.ID, Aside: true, Message: chat.Message{Text: text}})
		}
	}
	return list
}

// Standing is Reach among people who are known already.
func Standing(everyone []store.Person, post store.Post) (people []store.Person, vacant bool) {
	for at := post; at != ""; at = rulebook.Superior(at) {
		for _, p := range everyone {
			if p.Post == at {
				people = append(people, p)
			}
		}
		if len(people) > 0 {
			return people, at != post
		}
	}
	return nil, true
}
