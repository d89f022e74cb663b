TestSonifyMessages : SonifyTest {
	playedBy { |... arguments|
		^this.messages.interpret(this.instruments[\alert_info], arguments)[\instrument][\name]
	}

	test_the_tutorials_messages_are_right {
		this.assertEquals(this.reading(\alert_info, 880, 0.9, 2.0, \critical)[\values], [880.0, 0.9, 2.0], "/alert");
		this.assertEquals(this.reading(\cpu, 660)[\values], [660.0], "/cpu");
		this.assertEquals(this.reading(\memory, 0.4)[\values], [0.4], "/memory");
	}

	test_a_voice_without_an_id_has_the_name_of_its_instrument {
		var reading = this.reading(\cpu, 660);
		this.assertEquals([reading[\voice], reading[\named]], [\cpu, false], "voice");
	}

	test_the_argument_after_the_parameters_is_the_voice {
		var reading = this.reading(\cpu, 660, \web1);
		this.assertEquals([reading[\voice], reading[\named]], [\web1, true], "voice");
	}

	test_what_is_missing_is_the_default {
		this.assertEquals(this.reading(\ambient, 330)[\values], [330.0, 0.5], "values");
		this.assertEquals(this.reading(\ambient)[\values], [220.0, 0.5], "values");
	}

	test_what_is_out_of_range_is_brought_into_it {
		this.assertEquals(this.reading(\cpu, 1e30)[\values], [880.0], "high");
		this.assertEquals(this.reading(\cpu, -3)[\values], [220.0], "low");
	}

	test_what_is_no_finite_number_is_refused {
		[\loud, 0/0, inf, inf.neg, true, Int8Array[1, 2]].do { |wrong|
			this.assert(this.reading(\cpu, wrong)[\fault].notNil, "% is refused".format(wrong));
		};
		this.assert(this.reading(\cpu, \loud)[\fault].contains("/cpu argument 1 (freq)"), "the fault says where");
	}

	test_severity_chooses_the_alarm {
		this.assertEquals(this.playedBy(880, 0.9, 2.0, \critical), \alert_critical, "critical");
		this.assertEquals(this.playedBy(880, 0.9, 2.0, \warning), \alert_warning, "warning");
		this.assertEquals(this.playedBy(880, 0.9, 2.0, \info), \alert_info, "info");
		this.assertEquals(this.playedBy(880, 0.9, 2.0, \dreadful), \alert_info, "anything else");
		this.assertEquals(this.playedBy(880, 0.9, 2.0, 7), \alert_info, "a number");
		this.assertEquals(this.playedBy(880), \alert_info, "nothing");
	}

	test_a_resolved_alarm_plays_resolved {
		var reading = this.reading(\alert_info, 880, 0.9, 2.0, \critical, \f00, \resolved, \DiskFull);
		this.assertEquals(reading[\instrument][\name], \resolved, "instrument");
		this.assertEquals(reading[\values], [880.0, 0.4, 1.6], "at its pitch, no louder and no longer than by itself");
		this.assertEquals(this.playedBy(880, 0.9, 2.0, \critical, \f00, \firing, \DiskFull), \alert_critical, "firing");
	}

	test_the_mix_is_read {
		var mix = this.messages.interpretMix([0.5, 1, 0.9, 0.8, 2, -1, 1]);
		this.assertEquals(mix[\master], 0.5, "master");
		this.assertEquals(mix[\levels], [1.0, 0.9, 0.8, 1.0, 0.0], "the classes, brought into their range");
		this.assertEquals(mix[\muted], true, "muted");
	}

	test_what_is_missing_of_the_mix_is_as_at_first {
		var mix = this.messages.interpretMix([0.5]);
		this.assertEquals([mix[\master], mix[\levels], mix[\muted]], [0.5, 1.0 ! 5, false], "full, and not muted");
	}

	test_a_mix_that_is_no_number_is_refused {
		[\loud, 0/0, inf, true].do { |wrong|
			this.assertEquals(
				this.messages.interpretMix([1, wrong])[\fault].keep(27), "/mix argument 2 (critical) ", wrong.asString);
		};
	}

	test_complaints_come_once_a_second {
		var now = 0, said = List.new;
		var complain = this.load("complaints").({ now }, { |text| said.add(text) });
		100.do { complain.(\fault, "bad") };
		complain.(\other, "worse");
		now = 1.5;
		complain.(\fault, "bad");
		this.assertEquals(said.asArray, ["bad", "worse", "bad (and 99 more like it)"], "lines");
	}

	test_time_tags_become_delays {
		var said = List.new;
		var delayOf = this.load("timing").({ |text| said.add(text) });
		this.assertFloatEquals(delayOf.(10.5, 10), 0.5, "a tag ahead waits");
		this.assertEquals(delayOf.(9.5, 10), nil, "a late one is at once");
		this.assertEquals(delayOf.(290673820, 10), nil, "immediately");
		this.assertEquals(said.size, 0, "nothing to say so far");
		this.assertEquals([delayOf.(100, 10), delayOf.(-90, 10)], [nil, nil], "wrong clocks are at once");
		this.assertEquals(said.size, 1, "said once");
	}
}
