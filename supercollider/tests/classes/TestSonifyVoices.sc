TestSonifyVoices : SonifyTest {
	var log, voices;

	setUp {
		log = List.new;
		voices = this.load("voices").(this.stage(log), this.silent);
	}

	test_the_first_message_starts_and_the_next_sets {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		voices.hold(this.reading(\cpu, 440, \a), nil, 1);
		this.assertEquals(log.asArray, [[\play, \cpu, [\freq, 330.0], nil], [\set, 1, [\freq, 440.0], nil]], "log");
	}

	test_each_voice_id_is_a_voice {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		voices.hold(this.reading(\cpu, 330, \b), nil, 0);
		this.assertEquals(voices.heldIDs, [\a, \b], "two voices");
	}

	test_release_closes_the_gate {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		this.assert(voices.letGo(\a), "it was held");
		this.assertEquals(log.last, [\set, 1, [\gate, 0], nil], "gate");
		this.assert(voices.letGo(\a).not, "it is not held any more");
	}

	test_a_voice_can_change_its_instrument {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		voices.hold(this.reading(\memory, 0.5, \a), nil, 0);
		this.assertEquals(log.collect(_[0]).asArray, [\play, \set, \play], "old one out, new one in");
	}

	test_a_named_voice_expires_after_16_seconds {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		voices.prune(15);
		this.assertEquals(voices.heldIDs, [\a], "still there");
		voices.hold(this.reading(\cpu, 330, \a), nil, 15);
		voices.prune(30);
		this.assertEquals(voices.heldIDs, [\a], "refreshed");
		voices.prune(31.5);
		this.assertEquals(voices.heldIDs, [], "gone");
	}

	test_an_unnamed_voice_expires_after_60_seconds {
		voices.hold(this.reading(\cpu, 330), nil, 0);
		voices.prune(59);
		this.assertEquals(voices.heldIDs, [\cpu], "still there");
		voices.prune(61);
		this.assertEquals(voices.heldIDs, [], "gone");
	}

	test_held_voices_are_bounded {
		100.do { |i| voices.hold(this.reading(\cpu, 330, "v%".format(i).asSymbol), nil, 0) };
		this.assertEquals(voices.heldIDs.size, 32, "at most");
	}

	test_a_storm_refuses_info_first {
		10.do { voices.strike(this.reading(\alert_info), nil, 0) };
		this.assertEquals(voices.struckCount, 2, "info");
		10.do { voices.strike(this.reading(\alert_warning, 660, 0.7, 1.5, \warning), nil, 0) };
		this.assertEquals(voices.struckCount, 3, "warning");
		10.do { voices.strike(this.reading(\alert_critical, 880, 0.9, 2, \critical), nil, 0) };
		this.assertEquals(voices.struckCount, 4, "critical");
		voices.ended(1);
		this.assertEquals(voices.struckCount, 3, "an end makes room");
		voices.prune(11);
		this.assertEquals(voices.struckCount, 0, "an end that was not heard of, too");
	}

	test_a_delay_travels {
		voices.strike(this.reading(\alert_info), 0.2, 0);
		this.assertEquals(log.last[3], 0.2, "delay");
	}

	test_held_voices_rise_after_the_server_fell {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		voices.strike(this.reading(\alert_info), nil, 0);
		voices.fallen;
		this.assertEquals([voices.nodeOf(\a), voices.struckCount], [nil, 0], "no nodes");
		voices.raise;
		this.assertEquals(log.last, [\play, \cpu, [\freq, 330.0], nil], "it sounds as before");
		this.assert(voices.nodeOf(\a).notNil, "it has a node");
	}

	test_a_voice_that_somebody_freed_starts_again {
		voices.hold(this.reading(\cpu, 330, \a), nil, 0);
		voices.ended(1);
		voices.hold(this.reading(\cpu, 440, \a), nil, 1);
		this.assertEquals(log.last[0], \play, "started again");
	}
}
