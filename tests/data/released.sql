BEGIN TRANSACTION;
CREATE TABLE interviews (
	id VARCHAR(43) NOT NULL, 
	created_at DATETIME NOT NULL, 
	"plan" JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "interviews" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk','2026-11-24 13:47:52.830821','{"area": "behavioral", "question_ids": ["new_field", "helped_someone_grow"], "most_probes": 3}');
INSERT INTO "interviews" VALUES('PZxDKIEY1xENRrrnci_MGH9UVI8pO9c-a01bpL4I3rw','2026-11-24 13:47:53.253950','{"area": "behavioral", "question_ids": ["new_field"], "most_probes": 3}');
CREATE TABLE judgements (
	interview_id VARCHAR(43) NOT NULL, 
	seq INTEGER NOT NULL, 
	check_id VARCHAR(100) NOT NULL, 
	judgement JSON NOT NULL, 
	PRIMARY KEY (interview_id, seq, check_id), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'concrete_situation','{"seq": 2, "check_id": "concrete_situation", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'own_responsibility','{"seq": 2, "check_id": "own_responsibility", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'own_action','{"seq": 2, "check_id": "own_action", "met": 0.9, "sentences": [2], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'how_exactly','{"seq": 2, "check_id": "how_exactly", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'learned_how','{"seq": 2, "check_id": "learned_how", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'learning_applied','{"seq": 2, "check_id": "learning_applied", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'result_number','{"seq": 2, "check_id": "result_number", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'how_measured','{"seq": 2, "check_id": "how_measured", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'alternatives','{"seq": 2, "check_id": "alternatives", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'lesson','{"seq": 2, "check_id": "lesson", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'changed_practice','{"seq": 2, "check_id": "changed_practice", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',4,'learning_applied','{"seq": 4, "check_id": "learning_applied", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',4,'alternatives','{"seq": 4, "check_id": "alternatives", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',4,'learned_how','{"seq": 4, "check_id": "learned_how", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',4,'lesson','{"seq": 4, "check_id": "lesson", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',4,'changed_practice','{"seq": 4, "check_id": "changed_practice", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',6,'lesson','{"seq": 6, "check_id": "lesson", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',6,'changed_practice','{"seq": 6, "check_id": "changed_practice", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',6,'learned_how','{"seq": 6, "check_id": "learned_how", "met": 0.0, "sentences": [], "note": null, "judge": null}');
INSERT INTO "judgements" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',6,'alternatives','{"seq": 6, "check_id": "alternatives", "met": 0.9, "sentences": [1], "note": null, "judge": "scripted \u00b7 902ae355d7a5"}');
CREATE TABLE turns (
	interview_id VARCHAR(43) NOT NULL, 
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	turn JSON NOT NULL, 
	PRIMARY KEY (interview_id, seq), 
	FOREIGN KEY(interview_id) REFERENCES interviews (id) ON DELETE CASCADE
);
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',1,'2026-11-24 13:47:52.830577','{"seq": 1, "speaker": "interviewer", "kind": "question", "text": "Hi, I''m Maya Chen, a principal scientist, and I''m your interviewer today. We''ll take 2 questions and dig into each. I take notes while you talk. Specific stories help me most: what happened, what you did, what came of it.\n\nTell me about a time you had to become good at something quite new to you.", "question_id": "new_field", "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:52.830577Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',2,'2026-11-24 13:47:52.836827','{"seq": 2, "speaker": "candidate", "kind": "answer", "text": "In May 2023 our churn model lost two points of accuracy a week before its launch, and I owned it. I retrained it without the leaking feature.", "question_id": "new_field", "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:52.836827Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',3,'2026-11-24 13:47:52.857531','{"seq": 3, "speaker": "interviewer", "kind": "probe", "text": "Let me stay with \u201cI retrained it without the leaking feature\u201d. How exactly did you learn it, and from what or from whom?", "question_id": "new_field", "check_id": "learned_how", "about": {"seq": 2, "n": 2}, "model": null, "at": "2026-11-24T13:47:52.857531Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',4,'2026-11-24 13:47:52.974188','{"seq": 4, "speaker": "candidate", "kind": "answer", "text": "I compared it with the model of the month before on the same 40,000 customers, and losses fell from 3 to 2 percent.", "question_id": "new_field", "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:52.974188Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',5,'2026-11-24 13:47:52.988489','{"seq": 5, "speaker": "interviewer", "kind": "probe", "text": "And you, which other options were on the table and why they were rejected?", "question_id": "new_field", "check_id": "alternatives", "about": {"seq": 4, "n": 1}, "model": "scripted", "at": "2026-11-24T13:47:52.988489Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',6,'2026-11-24 13:47:53.111662','{"seq": 6, "speaker": "candidate", "kind": "answer", "text": "I would set the leak test up before the first training run.", "question_id": "new_field", "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:53.111662Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',7,'2026-11-24 13:47:53.124904','{"seq": 7, "speaker": "interviewer", "kind": "probe", "text": "Let me stay with \u201cI would set the leak test up before the first training run\u201d. What do you do differently since then, and where did it last make a difference?", "question_id": "new_field", "check_id": "changed_practice", "about": {"seq": 6, "n": 1}, "model": null, "at": "2026-11-24T13:47:53.124904Z"}');
INSERT INTO "turns" VALUES('Bf2zAJkD3NEUNRC_0SduIGYHbAaGru96rTIvmVUJcxk',8,'2026-11-24 13:47:53.246809','{"seq": 8, "speaker": "interviewer", "kind": "closing", "text": "All right, we''ll stop here.\nThank you for your time. I''ll write up my notes now; you''ll see them below in a moment.", "question_id": null, "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:53.246809Z"}');
INSERT INTO "turns" VALUES('PZxDKIEY1xENRrrnci_MGH9UVI8pO9c-a01bpL4I3rw',1,'2026-11-24 13:47:53.253848','{"seq": 1, "speaker": "interviewer", "kind": "question", "text": "Hi, I''m Maya Chen, a principal scientist, and I''m your interviewer today. We''ll take one question and dig into it. I take notes while you talk. Specific stories help me most: what happened, what you did, what came of it.\n\nTell me about a time you had to become good at something quite new to you.", "question_id": "new_field", "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:53.253848Z"}');
INSERT INTO "turns" VALUES('PZxDKIEY1xENRrrnci_MGH9UVI8pO9c-a01bpL4I3rw',2,'2026-11-24 13:47:53.256636','{"seq": 2, "speaker": "candidate", "kind": "answer", "text": "In May 2023 our churn model lost two points of accuracy a week before its launch, and I owned it. I retrained it without the leaking feature.", "question_id": "new_field", "check_id": null, "about": null, "model": null, "at": "2026-11-24T13:47:53.256636Z"}');
COMMIT;
