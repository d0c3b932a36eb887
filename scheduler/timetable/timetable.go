// Package timetable is every job of the bot on one page, to lay beside the
// rule book: what runs, when, for which clause, and for how long it is made up
// after a stop. Whoever adds a job to an area adds its line here.
//
// It is the only part of the [scheduler] that knows areas. It is not for what a
// job says, which its area knows, nor for how a job is claimed, made up and
// delivered, which the scheduler does for all alike.
package timetable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/activity"
	"marketbot/handlers/approval"
	"marketbot/handlers/chat"
	"marketbot/handlers/closing"
	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/daily"
	"marketbot/handlers/meeting"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/trip"
	"marketbot/scheduler"
	"marketbot/store"
)

// Graces of jobs that have no setting of their own.
const (
	dailyGrace = 4 * time.Hour
	houseGrace = 23 * time.Hour
)

// houseClock is when the store is tidied.
var houseClock = rulebook.Clock{Hour: 3, Minute: 41}

// areas are those whose work the clock starts, be it in the daily message.
type areas struct {
	Trip     *trip.Handler
	Report   *report.Handler
	Staff    *staff.Handler
	Customer *customer.Handler
	Approval *approval.Handler
	Activity *activity.Handler
	Meeting  *meeting.Handler
}

// areasIn finds them in the list of all; an error names those that are missing.
func areasIn(list []command.Area) (areas, error) {
	var errs []error
	a := areas{
		Trip:     find[*trip.Handler](list, &errs),
		Report:   find[*report.Handler](list, &errs),
		Staff:    find[*staff.Handler](list, &errs),
		Customer: find[*customer.Handler](list, &errs),
		Approval: find[*approval.Handler](list, &errs),
		Activity: find[*activity.Handler](list, &errs),
		Meeting:  find[*meeting.Handler](list, &errs),
	}
	return a, errors.Join(errs...)
}

func find[A interface {
	comparable
	command.Area
}](list []command.Area, errs *[]error) A {
	a, err := command.AreaOf[A](list)
	if err != nil {
		*errs = append(*errs, err)
	}
	return a
}

// Jobs is the timetable, in the order in which jobs of one moment run, of the
// areas in a list. An error names an area that is missing or a time that cannot
// be used.
func Jobs(rules rulebook.Rules, list []command.Area) ([]scheduler.Job, error) {
	a, err := areasIn(list)
	if err != nil {
		return nil, err
	}
	trips, err := scheduler.Daily(rules.Zone, rules.Trip.At...)
	if err != nil {
		return nil, fmt.Errorf("trip_check_in: %w", err)
	}
	morning, err := scheduler.Daily(rules.Zone, rules.Daily)
	if err != nil {
		return nil, fmt.Errorf("daily: %w", err)
	}
	eve, err := scheduler.Daily(rules.Zone, activity.Eve)
	if err != nil {
		return nil, err
	}
	evening, err := scheduler.Daily(rules.Zone, meeting.Evening)
	if err != nil {
		return nil, err
	}
	house, err := scheduler.Daily(rules.Zone, houseClock)
	if err != nil {
		return nil, err
	}
	weekly := func(moments func(store.Week) []time.Time) scheduler.Schedule {
		return scheduler.Weekly(rules, moments)
	}
	months := closing.Of(rules, list)
	message := daily.Job{Rules: rules, Grace: dailyGrace, Areas: speakers(list)}
	return []scheduler.Job{
		{Name: "report/remind", Series: "report", Title: "周报提醒", Clause: "会-3", Reminder: true,
			When: weekly(rules.ReportReminders), Grace: rules.Report.Grace, Do: a.Report.RemindMissing},
		{Name: "report/due", Series: "report", Title: "周报截止", Clause: "会-3",
			When: weekly(once(rules.ReportDue)), Grace: rules.Report.Grace, Do: a.Report.Due},
		{Name: "report/escalate", Title: "周报逾期上报", Clause: "会-3", Reminder: true,
			When: weekly(rules.ReportEscalation), Grace: rules.Report.Grace, Do: a.Report.Escalate},
		{Name: "consolidated/remind", Series: "consolidated", Title: "汇总上报提醒", Clause: "会-3", Reminder: true,
			When: weekly(rules.ConsolidatedReminders), Grace: rules.Consolidated.Grace, Do: a.Report.RemindDirector},
		{Name: "consolidated/due", Series: "consolidated", Title: "汇总上报截止", Clause: "会-3",
			When: weekly(once(rules.ConsolidatedDue)), Grace: rules.Consolidated.Grace, Do: a.Report.ConsolidatedDue},
		{Name: "trip/check-in", Series: "trip", Title: "出差签到提醒", Clause: "2-4", Reminder: true,
			When: trips, Grace: rules.Trip.Grace, Do: a.Trip.Remind},
		{Name: "staff/rules", Title: "制度有实质修改的新版，请每人确认", Clause: "2-2", Reminder: true,
			When: morning, Grace: dailyGrace, Do: a.Staff.AskAll},
		{Name: "daily", Title: "每日提醒，一人一条", Clause: "档-8", Reminder: true,
			When: morning, Grace: dailyGrace, Do: message.Run},
		{Name: "daily/again", Title: "补上每日提醒里出错的部分", Clause: "档-8",
			Due: message.Owing, Do: message.MakeUp},
		{Name: "approval/over", Title: "查阅授权到期、查阅申请失效", Clause: "档-6",
			Due: a.Approval.AnyOver, Do: a.Approval.Over},
		{Name: "activity/eve", Title: "明天的活动", Clause: "2-8", Reminder: true,
			When: eve, Grace: dailyGrace, Do: a.Activity.Tomorrow},
		{Name: "activity/over", Title: "活动结束后核对到场", Clause: "2-8", Reminder: true,
			Due: a.Activity.AnyOver, Do: a.Activity.Over},
		{Name: "month/freeze", Title: "没散会的月份在 15 日 24:00 定稿", Clause: "会-4",
			Due: months.Due, Do: months.Run},
		{Name: "meeting/pack", Title: "上月月会资料", Clause: "会-4", Reminder: true,
			When: scheduler.Monthly(rules, rules.PackDue), Grace: dailyGrace, Ahead: a.Meeting.PackAhead, Do: a.Meeting.SendPack},
		{Name: "meeting/open", Title: "会还没有散", Clause: "会-1", Reminder: true,
			When: evening, Grace: dailyGrace, Do: a.Meeting.StillOpen},
		{Name: "staff/due", Title: "没人能确认的总经理变更生效", Clause: "附-4",
			Due: a.Staff.AnyDue, Do: a.Staff.Due},
		{Name: "staff/gone", Title: "最后工作日已过，停用或转岗", Clause: "2-7",
			Due: a.Staff.AnyGone, Do: a.Staff.Gone},
		{Name: "trip/forget", Title: "清除过期的出差地点与进展", Clause: "2-4", House: true,
			When: house, Grace: houseGrace, Do: a.Trip.Forget},
		{Name: "activity/forget", Title: "清除过期的到场照片", Clause: "2-8", House: true,
			When: house, Grace: houseGrace, Do: a.Activity.Forget},
		{Name: "staff/forget", Title: "清除过期的请假事由", House: true,
			When: house, Grace: houseGrace, Do: a.Staff.Forget},
		{Name: "store/trim", Title: "清理收发记录", House: true,
			When: house, Grace: houseGrace, Do: trimmer(rules.Keep)},
	}, nil
}

// speakers are the areas that have something to say in the daily message.
func speakers(list []command.Area) (all []daily.Area) {
	for _, a := range list {
		if d, ok := a.(daily.Area); ok {
			all = append(all, d)
		}
	}
	return all
}

// once makes the one moment of a week a list.
func once(moment func(store.Week) (time.Time, bool)) func(store.Week) []time.Time {
	return func(w store.Week) []time.Time {
		if t, ok := moment(w); ok {
			return []time.Time{t}
		}
		return nil
	}
}

// trimmer makes the job that forgets messages that came and went long ago.
func trimmer(keep rulebook.Retention) func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
	return func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
		return nil, trim(ctx, tx, slot, keep)
	}
}

// trim forgets what came in by its words first.
func trim(ctx context.Context, tx *store.Tx, slot rulebook.Slot, keep rulebook.Retention) error {
	old := slot.At.AddDate(0, 0, -keep.Messages)
	if err := tx.Inbox().Forget(ctx, slot.At.AddDate(0, 0, -keep.Received), old); err != nil {
		return err
	}
	if err := tx.Outbox().Forget(ctx, old); err != nil {
		return err
	}
	if err := tx.Shown().Forget(ctx, old); err != nil {
		return err
	}
	return tx.Said().Forget(ctx, slot.At.Add(-store.SaidKept).AddDate(0, 0, -1))
}
