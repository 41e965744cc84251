"""Who gets what at every address: one line each. A new address without a line here fails the guard.

The columns are the roles below. The session is the engineer's, and its flow is the team's; POSTs carry nothing, so 422
means "you may, but the form was incomplete". 302 of nobody leads to sign-in. Another team's object is 404, never 403.
"""

ROLES = ("super_admin", "team_admin", "engineer", "viewer", "outsider", "nobody")
TABLE = """
GET   /                                            302 200 200 200 200 302
GET   /sessions/                                   403 200 200 200 200 302
POST  /pilot/start/                                403 404 404 403 404 302
POST  /pilot/suggest/                              403 200 200 403 200 302
POST  /pilot/call/                                 403 422 422 403 422 302
GET   /pilot/{session}/                            403 200 200 200 404 302
POST  /pilot/{session}/answer/                     403 422 422 403 404 302
POST  /pilot/{session}/skip/                       403 422 422 403 404 302
POST  /pilot/{session}/enter/                      403 422 422 403 404 302
POST  /pilot/{session}/leave/                      403 422 422 403 404 302
POST  /pilot/{session}/back/                       403 422 422 403 404 302
POST  /pilot/{session}/jump/                       403 422 422 403 404 302
POST  /pilot/{session}/done-before/                403 422 422 403 404 302
POST  /pilot/{session}/own-step/                   403 422 422 403 404 302
POST  /pilot/{session}/add-note/                   403 422 422 403 404 302
POST  /pilot/{session}/fields/                     403 422 302 403 404 302
POST  /pilot/{session}/flow/{flow}/                403 422 422 403 404 302
POST  /pilot/{session}/draft/note/                 403 204 204 403 404 302
POST  /pilot/{session}/pause/                      403 422 422 403 404 302
POST  /pilot/{session}/finish/                     403 422 422 403 404 302
POST  /pilot/{session}/closing-note/               403 422 422 403 404 302
POST  /pilot/{session}/abandon/                    403 422 422 403 404 302
POST  /pilot/{session}/go-on/                      403 302 302 403 404 302
POST  /pilot/{session}/snooze/                     403 302 302 403 404 302
POST  /pilot/{session}/away/                       403 422 422 403 404 302
POST  /pilot/{session}/secret/password/            403 404 404 403 404 302
GET   /pilot/{session}/open/pause/                 403 302 200 403 404 302
GET   /pilot/{session}/note/                       403 200 200 200 404 302
GET   /pilot/{session}/note/download/md/           403 200 200 200 404 302
POST  /pilot/{session}/note/restore/abc/           403 302 302 403 404 302
POST  /pilot/{session}/note/remove/abc/            403 302 302 403 404 302
GET   /pilot/{session}/help/                       403 302 200 403 404 302
POST  /pilot/{session}/handoff/                    403 422 422 403 404 302
POST  /pilot/{session}/escalate/                   403 422 302 403 404 302
GET   /pilot/{session}/pickup/                     403 302 302 302 404 302
GET   /escalations/                                403 200 200 200 200 302
GET   /escalations/count/                          403 200 200 200 200 302
GET   /escalations/overdue/                        403 200 200 200 200 302
GET   /escalations/{handoff}/                      403 200 200 200 404 302
POST  /escalations/{handoff}/claim/                403 302 422 403 404 302
POST  /escalations/{handoff}/take-back/            403 422 302 403 404 302
POST  /escalations/{handoff}/return/               403 422 422 403 404 302
POST  /escalations/{handoff}/answer/               403 422 422 403 404 302
POST  /escalations/{handoff}/fix/                  403 422 422 403 404 302
GET   /library/                                    200 200 200 200 200 302
GET   /library/{flow}/                             404 200 200 200 404 302
GET   /library/{flow}/versions/{version}/          404 200 200 200 404 302
GET   /library/{flow}/versions/{version}/file/     404 200 200 200 404 302
GET   /profile/                                    200 200 200 200 200 302
POST  /profile/                                    422 422 422 422 422 302
GET   /notifications/                              403 200 200 200 200 302
GET   /notifications/bell/                         403 302 302 302 302 302
POST  /notifications/read/                         403 302 302 302 302 302
GET   /notifications/preferences/                  403 200 200 200 200 302
POST  /notifications/preferences/                  403 302 302 302 302 302
POST  /notifications/{notification}/open/          403 404 302 404 404 302
POST  /notifications/{notification}/read/          403 404 302 404 404 302
POST  /notifications/{notification}/unread/        403 404 302 404 404 302
GET   /accounts/login/                             302 302 302 302 302 200
POST  /accounts/login/                             302 302 302 302 302 200
GET   /accounts/logout/                            200 200 200 200 200 302
POST  /accounts/logout/                            302 302 302 302 302 302
GET   /accounts/inactive/                          200 200 200 200 200 200
GET   /events/                                     200 200 200 200 200 401
GET   /healthz                                     200 200 200 200 200 200
GET   /readyz                                      200 200 200 200 200 200
POST  /theme/                                      302 302 302 302 302 302
GET   /admin/                                      200 200 302 302 302 302
GET   /admin/login/                                302 302 403 403 403 302
GET   /admin/teams/user/                           200 200 302 302 302 302
GET   /admin/teams/team/                           200 403 302 302 302 302
GET   /admin/flows/flow/                           200 200 302 302 302 302
GET   /admin/flows/flow/{flow}/change/             302 200 302 302 302 302
GET   /admin/flows/category/                       200 200 302 302 302 302
GET   /admin/flows/tag/                            200 200 302 302 302 302
GET   /admin/psa/client/                           403 200 302 302 302 302
GET   /admin/psa/ticket/                           403 200 302 302 302 302
"""
